/** The state of the command, as its server sends it. */

/** `lost`: the command has ended, or does not answer. */
export type Link = 'connecting' | 'open' | 'lost';

export interface Listener<State> {
  state(state: State): void;
  link(link: Link): void;
}

/** Two beats of the server may be late. */
const SILENT_MS = 16_000;
const AGAIN_MS = 2_000;

/**
 * Reads states as long as the page is looked at: browsers allow six connections to a host, and every tab needs one.
 * After a loss it tries again and again.
 */
export function listen<State>({ state, link }: Listener<State>): void {
  let source: EventSource | undefined;
  let timer = 0;
  const lose = () => {
    source?.close();
    source = undefined;
    link('lost');
    clearTimeout(timer);
    timer = setTimeout(open, AGAIN_MS);
  };
  const heard = () => {
    link('open');
    clearTimeout(timer);
    timer = setTimeout(lose, SILENT_MS);
  };
  const open = () => {
    clearTimeout(timer);
    if (document.hidden || source) return;
    source = new EventSource('events');
    source.onmessage = ({ data }) => {
      heard();
      state(JSON.parse(data));
    };
    source.addEventListener('beat', heard);
    source.onerror = lose;
    timer = setTimeout(lose, SILENT_MS);
  };
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) return open();
    source?.close();
    source = undefined;
    clearTimeout(timer);
  });
  open();
}
