/** The page of `demo --web`. */
import { useEffect, useRef } from 'preact/hooks';
import { announce } from '../../web/page/announce.tsx';
import { start } from '../../web/page/start.tsx';
import { Books } from './books.tsx';
import { Faults } from './faults.tsx';
import { Flow } from './flow.tsx';
import { Journal } from './journal.tsx';
import type { LiveState } from './model.ts';
import { PromiseLine } from './promise-line.tsx';
import { Tiles } from './tiles.tsx';
import { timeOf } from './words.ts';
import './demo.css';

function Demo({ state, isLost }: { readonly state: LiveState; readonly isLost: boolean }) {
  const { journal } = state;
  const last = journal.at(-1);
  const said = useRef(last);
  useEffect(() => {
    if (last && last.text !== said.current?.text) announce(`${last.button}: ${last.text}`);
    said.current = last;
  }, [last?.atMs, last?.text]);
  return (
    <>
      <PromiseLine books={state.books} worst={state.worstMissing} />
      <Flow state={state} />
      <Faults buttons={state.buttons} isLost={isLost} />
      <div class="halves">
        <Books books={state.books} azure={state.azure} />
        <Journal journal={journal} />
      </div>
      <Tiles tiles={state.tiles} />
    </>
  );
}

start<LiveState>({
  heading: 'Auth0 logs to Azure: the live demo',
  view: Demo,
  about: ({ destination, seed, nowMs, movedMs }) =>
    `A simulated tenant (seed ${seed}), shipped by the real Lambda bundles through the ${destination}. ` +
    `Demo time ${timeOf(nowMs)} UTC${movedMs > 60_000 ? `, moved ahead by ${Math.round(movedMs / 60_000)} min` : ''}.`,
});
