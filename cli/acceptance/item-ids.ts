/** Looks at the `_ItemId` of one stored row again, at once and a minute later. */
import type { Row } from '../../lambda/core/workspace.ts';
import { type Asking, confirmed, type Heard, refuted, unclear } from './question.ts';
import type { WorkspaceAsked } from './workspace.ts';

const DAY_MS = 86_400_000;
const LATER_MS = 60_000;

export async function itemIds({ place, query }: WorkspaceAsked, { clock }: Asking): Promise<Heard> {
  const rowsOf = async (condition: string): Promise<readonly Row[] | undefined> => {
    const columns = `project LogId = ${place.logIdColumn}, ItemId = _ItemId`;
    const nowMs = clock.now();
    const span = { fromMs: nowMs - 2 * DAY_MS, toMs: nowMs + DAY_MS };
    const answer = await query(`${place.table}\n| ${columns}\n${condition}| take 50`, span);
    return answer.kind === 'rows' ? answer.rows : undefined;
  };
  const [row] = (await rowsOf('')) ?? [];
  const id = String(row?.['LogId']);
  // It becomes a part of a query.
  if (!row || !/^\d{56}$/.test(id)) return unclear('no row of the last two days can be read');
  for (const waitMs of [0, LATER_MS]) {
    await clock.sleep(waitMs);
    const again = await rowsOf(`| where LogId == '${id}'\n`);
    if (!again) return unclear('the row cannot be read again');
    // Several rows can have one id: a duplicate.
    if (!again.some(one => one['ItemId'] === row['ItemId'])) return refuted('another one in the next query');
  }
  return confirmed('the same in three queries, the last a minute later');
}
