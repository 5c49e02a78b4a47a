/** What happened, the newest first. */
import type { Entry } from './model.ts';
import { timeOf } from './words.ts';

export function Journal({ journal }: { readonly journal: readonly Entry[] }) {
  return (
    <section class="card" aria-labelledby="journal-title">
      <h2 id="journal-title">What happened</h2>
      {journal.length === 0 ? (
        <p class="quiet">Nothing yet. Press a button above.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <ol class="journal scrolls" tabIndex={0} aria-label="What happened, the newest first">
          {journal
            .map(({ atMs, button, text }) => (
              <li key={`${atMs} ${text}`}>
                <span class="quiet code">{timeOf(atMs)}</span> <strong>{button}.</strong> {text}
              </li>
            ))
            .reverse()}
        </ol>
      )}
    </section>
  );
}
