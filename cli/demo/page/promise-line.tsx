/** The promise as one line: what must stay at 0, whatever happens. */
import type { Books } from './model.ts';
import { counted, number } from './words.ts';

export function PromiseLine({ books, worst }: { readonly books: Books; readonly worst: number }) {
  const { missing, late } = books;
  const isKept = missing === 0;
  return (
    <section class={`card promise ${isKept ? 'kept' : 'broken'}`} aria-label="The promise">
      <p class="count">
        <span class="mark" aria-hidden="true">
          {isKept ? '✓' : '✕'}
        </span>
        <strong data-promise={missing}>{number(missing)} missing</strong>
      </p>
      <p class="why">
        Every log behind the checkpoint is accepted by Azure or on a queue. Counted in the simulators, not by
        the pipeline.{' '}
        {worst > 0 ? `The most that were ever missing: ${number(worst)}.` : 'It was never more.'}
        {late > 0 && ` ${counted(late, 'late log waits', 'late logs wait')} for the next look back.`}
      </p>
    </section>
  );
}
