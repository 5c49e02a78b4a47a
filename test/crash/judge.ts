/** Stands at the checkpoint table's door and judges every write by the promise, at the moment it is applied. */
import type { Aws } from '../../simulator/aws/emulators.ts';
import { idsIn } from './calls.ts';
import type { Answer, Call } from './relay.ts';

export interface Judge {
  /** Lets one write of lease or checkpoint be applied, one at a time, and judges it. */
  around(call: Call, apply: () => Promise<Answer>): Promise<Answer>;
  /** A write of the stage's own, which no process made: never in the middle of one that is judged. */
  aside<T>(write: () => Promise<T>): Promise<T>;
  /** What broke the promise so far, a sentence each. */
  readonly violations: readonly string[];
  /** Logs up to `untilLogId` that are neither at Azure nor in a queue; all logs of the tenant when it is left out. */
  missing(untilLogId?: string): Promise<string[]>;
}

interface World {
  readonly pipeline: string;
  readonly aws: Aws;
  readonly isAtAzure: (logId: string) => boolean;
  readonly tenantIds: () => Iterable<string>;
}

type Item = Readonly<Record<string, string | number>>;
type Values = Readonly<Record<string, { readonly S?: string; readonly N?: string } | undefined>>;

export function startJudge({ pipeline, aws, isAtAzure, tenantIds }: World): Judge {
  const violations: string[] = [];
  let last: Promise<unknown> = Promise.resolve();

  const missing = async (untilLogId?: string) => {
    // In the order in which a log moves on: none is overlooked because it moved meanwhile.
    const held = new Set<string>();
    for (const queue of ['retry', 'dead-letter'] as const) {
      for (const message of await aws.peek(queue)) for (const id of idsIn(message)) held.add(id);
    }
    const passed = (id: string) => untilLogId === undefined || id <= untilLogId;
    return [...tenantIds()].filter(id => passed(id) && !held.has(id) && !isAtAzure(id));
  };

  const judged = async (call: Call, apply: () => Promise<Answer>): Promise<Answer> => {
    const values = (JSON.parse(call.body.toString()) as { ExpressionAttributeValues?: Values })
      .ExpressionAttributeValues;
    const logId = values?.[':id']?.S;
    if (logId !== undefined) {
      const lost = await missing(logId);
      if (lost.length > 0) violations.push(`a checkpoint would pass ${lost.length} logs held nowhere`);
    }
    const before = await aws.readCheckpoint(pipeline);
    const answer = await apply();
    const after = await aws.readCheckpoint(pipeline);
    violations.push(...problemsOf(call.name, values?.[':owner']?.S, answer.status === 200, before, after));
    return answer;
  };

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    violations,
    missing,
    around: (call, apply) =>
      ['acquire', 'save', 'release'].includes(call.name) ? inTurn(() => judged(call, apply)) : apply(),
    aside: inTurn,
  };
}

/** What is wrong with a write by `owner` that turned the item `before` into `after`. */
function problemsOf(
  name: string,
  owner: string | undefined,
  applied: boolean,
  before: Item = {},
  after: Item = {},
): string[] {
  const wrong: string[] = [];
  if (!applied) {
    if (JSON.stringify(before) !== JSON.stringify(after)) wrong.push(`a refused ${name} changed the item`);
    return wrong;
  }
  const holder = before['leaseOwner'];
  const isFree = holder === undefined || Number(before['leaseExpiresAt']) <= Date.now();
  if (name === 'acquire' && !isFree) wrong.push('a lease was taken that another run holds');
  if (name !== 'acquire' && holder !== owner) wrong.push(`a ${name} was applied for a run without the lease`);
  if (after['version'] !== Number(before['version'] ?? 0) + 1) {
    wrong.push(`a ${name} turned version ${before['version']} into ${after['version']}`);
  }
  if (String(after['checkpointLogId'] ?? '') < String(before['checkpointLogId'] ?? '')) {
    wrong.push(`a ${name} moved the checkpoint backwards`);
  }
  return wrong;
}
