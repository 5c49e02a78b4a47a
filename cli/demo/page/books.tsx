/** The reconciliation: each log of the tenant is in one line. */
import type { AzureState, Books as Counts } from './model.ts';
import { number } from './words.ts';

export function Books({ books, azure }: { readonly books: Counts; readonly azure: AzureState }) {
  const rows: readonly (readonly [label: string, count: number, note: string, isPart?: true])[] = [
    ['At Auth0', books.atAuth0, 'logs that the tenant wrote'],
    ['Settled', books.settled, 'accepted or on a queue'],
    ['Accepted by Azure', books.accepted, 'each counted once', true],
    ['On a queue', books.queued, 'and not accepted', true],
    ['Ahead', books.ahead, 'after the checkpoint: not read yet, or too young', true],
    ['Late', books.late, 'written behind the checkpoint; the look back finds them', true],
    ['Missing', books.missing, 'none of these: must stay 0', true],
    ['Stored', books.stored, `logs with a row; ${number(azure.notStored)} accepted without`],
  ];
  return (
    <section class="card" aria-labelledby="books-title">
      <h2 id="books-title">Reconciliation</h2>
      <table class="books">
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col" class="number">
              Logs
            </th>
            <th scope="col">What</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, count, note, isPart]) => (
            <tr key={label} class={isPart ? 'part' : ''}>
              <th scope="row">{label}</th>
              <td class="number">{number(count)}</td>
              <td class="quiet">{note}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
