/** The frame of every page: it shows the state that the command sends, and says when the command is gone. */
import { type ComponentType, render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import './page.css';
import { Announcer } from './announce.tsx';
import { type Link, listen } from './connection.ts';

export interface FrameOptions<State> {
  /** In the page's head. */
  readonly heading: string;
  /** The part below it. It is rendered again for each state; give each item of a list its `key`, so that focus stays. */
  readonly view: ComponentType<{ readonly state: State; readonly isLost: boolean }>;
  /** To the right of the heading, such as where the pipelines are. */
  readonly about?: (state: State) => string;
}

/** Shows the page. Called once, by the file that PAGES of scripts/build-pages.ts names. */
export function start<State>(options: FrameOptions<State>): void {
  render(<Frame {...options} />, document.getElementById('page')!);
}

function Frame<State>({ heading, view: View, about }: FrameOptions<State>) {
  const [state, setState] = useState<State>();
  const [link, setLink] = useState<Link>('connecting');
  useEffect(() => listen<State>({ state: setState, link: setLink }), []);
  const isLost = link === 'lost';
  return (
    <>
      <header class="head">
        <h1>{heading}</h1>
        {state !== undefined && about && <p>{about(state)}</p>}
      </header>
      <div class="lost" role="alert">
        {isLost && (
          <p>
            <strong>The command has ended, or does not answer.</strong> What you see is its last state. Look
            at its terminal; start it again for a new page.
          </p>
        )}
      </div>
      <main class={isLost ? 'is-lost' : ''}>
        {state === undefined ? (
          <p class="quiet">{isLost ? '' : 'Loading …'}</p>
        ) : (
          <View state={state} isLost={isLost} />
        )}
      </main>
      <Announcer />
    </>
  );
}
