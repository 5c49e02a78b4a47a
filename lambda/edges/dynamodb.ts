/**
 * Lease and checkpoint in one DynamoDB item, moved only by conditional writes on `version`.
 *
 * | attribute           | type                                                                       |
 * | ------------------- | -------------------------------------------------------------------------- |
 * | `pipeline`          | string, the key                                                            |
 * | `checkpointLogId`   | string; absent until the first save                                        |
 * | `checkpointLogDate` | string, ISO 8601; absent when the log's date could not be read             |
 * | `late`              | string, see PipelineState.late; absent until the first save with one       |
 * | `leaseOwner`        | string; absent when nobody holds the lease                                 |
 * | `leaseExpiresAt`    | number, **milliseconds** since 1970 (not DynamoDB's TTL, which is seconds) |
 * | `version`           | number, one more at every write                                            |
 * | `updatedAt`         | string, ISO 8601                                                           |
 * | `lastRun`           | string, see last-run.ts; absent until the first run has ended              |
 * | `checkpointSet`     | string, who set the checkpoint by hand and when; absent until somebody did |
 * | `caughtUpAt`        | string, ISO 8601; absent until Auth0 first had nothing newer               |
 * | `witnessedAt`       | string, ISO 8601: when the witness last agreed; 1970 after a set by hand   |
 * | `waits`             | string, see waits.ts; absent or empty when no vendor asked to be left alone |
 * | `unproven`          | string, see unproven.ts; absent until the first run with `verify`          |
 */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Checkpoint, Closing, PipelineState, StateStore } from '../core/model.ts';

type Item = Record<string, AttributeValue>;
type Write = Pick<
  UpdateItemCommandInput,
  'ConditionExpression' | 'UpdateExpression' | 'ExpressionAttributeValues'
>;
type Written =
  | { readonly kind: 'written'; readonly item: Item }
  | { readonly kind: 'refused'; readonly item: Item };

/**
 * The state of pipelines in `table`, through the low-level client: see the law of StateStore.
 *
 * The SDK repeats a write whose answer was lost. If the first attempt did its work, the repetition meets its own
 * new version and is refused; so a refusal is compared with what this very call would have left behind.
 */
export function checkpointStore(client: DynamoDBClient, table: string): StateStore {
  return {
    async acquire(pipeline, owner, nowMs, expiresAtMs) {
      const answer = await write(client, table, pipeline, 'acquire', {
        // A lease without a readable expiry (an item edited by hand) must not be held for ever.
        ConditionExpression:
          'attribute_not_exists(leaseOwner) OR NOT attribute_type(leaseExpiresAt, :number) OR leaseExpiresAt <= :now',
        UpdateExpression:
          'SET leaseOwner = :owner, leaseExpiresAt = :expires, version = if_not_exists(version, :zero) + :one, updatedAt = :at',
        ExpressionAttributeValues: {
          ':owner': { S: owner },
          ':now': { N: String(nowMs) },
          ':number': { S: 'N' },
          ':expires': { N: String(expiresAtMs) },
          ':zero': { N: '0' },
          ':one': { N: '1' },
          ':at': { S: iso(nowMs) },
        },
      });
      const { item } = answer;
      const holder = item['leaseOwner']?.S;
      const heldUntilMs = numberOf(item, 'leaseExpiresAt');
      if (answer.kind === 'written' || (holder === owner && heldUntilMs === expiresAtMs)) {
        const state = stateOf(item, table, pipeline);
        return { kind: 'acquired', lease: { pipeline, owner, version: numberOf(item, 'version') }, state };
      }
      // Without a holder it was given back between the refusal and the look at the item: free at the next tick.
      if (holder === undefined) return { kind: 'held', owner: '(just released)', expiresAtMs: nowMs };
      return { kind: 'held', owner: holder, expiresAtMs: heldUntilMs };
    },

    async save(lease, checkpoint, nowMs, kept = {}) {
      const date = checkpoint.logDateMs;
      const also = attributesOf(kept);
      const names = Object.keys(also);
      const answer = await write(client, table, lease.pipeline, 'save', {
        ConditionExpression: 'version = :version AND leaseOwner = :owner',
        UpdateExpression:
          `SET checkpointLogId = :id, version = :next, updatedAt = :at${setsOf(names)}` +
          (date === undefined ? ' REMOVE checkpointLogDate' : ', checkpointLogDate = :date'),
        ExpressionAttributeValues: {
          ...underLease(lease.owner, lease.version, nowMs),
          ':id': { S: checkpoint.logId },
          ...(date !== undefined && { ':date': { S: iso(date) } }),
          ...valuesOf(also),
        },
      });
      const next = { ...lease, version: lease.version + 1 };
      const ours =
        answer.item['leaseOwner']?.S === lease.owner &&
        numberOf(answer.item, 'version') === next.version &&
        answer.item['checkpointLogId']?.S === checkpoint.logId;
      return answer.kind === 'written' || ours ? { kind: 'saved', lease: next } : { kind: 'lost' };
    },

    async release(lease, nowMs, closing) {
      const kept = attributesOf(closing);
      const names = Object.keys(kept);
      // A refusal means that it is released already, by the SDK's first attempt, or another run's: both are fine.
      await write(client, table, lease.pipeline, 'release', {
        ConditionExpression: 'version = :version AND leaseOwner = :owner',
        UpdateExpression: `SET version = :next, updatedAt = :at${setsOf(names)} REMOVE leaseOwner, leaseExpiresAt`,
        ExpressionAttributeValues: {
          ...underLease(lease.owner, lease.version, nowMs),
          ...valuesOf(kept),
        },
      });
    },
  };
}

const setsOf = (names: readonly string[]) => names.map(name => `, ${name} = :${name}`).join('');

const valuesOf = (attributes: Readonly<Record<string, string>>): Item =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, { S: value }]));

/** Attributes of the item, all of them text. */
function attributesOf(closing: Closing): Record<string, string> {
  const { caughtUpAtMs, checkpoint, late, lastRun, checkpointSet, witnessedAtMs, waits, unproven } = closing;
  const date = checkpoint?.logDateMs;
  return {
    ...(caughtUpAtMs !== undefined && { caughtUpAt: iso(caughtUpAtMs) }),
    ...(checkpoint && { checkpointLogId: checkpoint.logId }),
    ...(date !== undefined && { checkpointLogDate: iso(date) }),
    ...(late !== undefined && { late }),
    ...(witnessedAtMs !== undefined && { witnessedAt: iso(witnessedAtMs) }),
    ...(waits !== undefined && { waits }),
    ...(unproven !== undefined && { unproven }),
    ...(lastRun !== undefined && { lastRun }),
    ...(checkpointSet !== undefined && { checkpointSet }),
  };
}

/** One conditional write; `item` is the item after it, or the one that refused it. Throws when it cannot be known. */
async function write(
  client: DynamoDBClient,
  table: string,
  pipeline: string,
  what: string,
  expressions: Write,
): Promise<Written> {
  const key = { TableName: table, Key: { pipeline: { S: pipeline } } };
  try {
    const answer = await client.send(
      new UpdateItemCommand({
        ...key,
        ...expressions,
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return { kind: 'written', item: answer.Attributes ?? {} };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw failure(error, table, pipeline, what);
    // Emulators may leave the item out of the refusal.
    const item = error.Item ?? (await read(client, key, table, pipeline, what));
    return { kind: 'refused', item };
  }
}

async function read(
  client: DynamoDBClient,
  key: { readonly TableName: string; readonly Key: Item },
  table: string,
  pipeline: string,
  what: string,
): Promise<Item> {
  try {
    return (await client.send(new GetItemCommand({ ...key, ConsistentRead: true }))).Item ?? {};
  } catch (error) {
    throw failure(error, table, pipeline, what);
  }
}

function underLease(owner: string, version: number, nowMs: number): Item {
  return {
    ':owner': { S: owner },
    ':version': { N: String(version) },
    ':next': { N: String(version + 1) },
    ':at': { S: iso(nowMs) },
  };
}

function stateOf(item: Item, table: string, pipeline: string): PipelineState {
  const caughtUpAtMs = dateOf(item, 'caughtUpAt');
  const checkpoint = checkpointOf(item, table, pipeline);
  const witnessedAtMs = dateOf(item, 'witnessedAt');
  const late = item['late']?.S;
  const lastRunText = item['lastRun']?.S;
  const waits = item['waits']?.S;
  const unproven = item['unproven']?.S;
  return {
    ...(checkpoint && { checkpoint }),
    ...(caughtUpAtMs !== undefined && { caughtUpAtMs }),
    ...(late !== undefined && { late }),
    ...(witnessedAtMs !== undefined && { witnessedAtMs }),
    ...(lastRunText !== undefined && { lastRunText }),
    ...(waits !== undefined && { waits }),
    ...(unproven !== undefined && { unproven }),
  };
}

/** Throws for a checkpoint spoilt by hand: to begin anew without it could skip logs. */
function checkpointOf(item: Item, table: string, pipeline: string): Checkpoint | undefined {
  const stored = item['checkpointLogId'];
  if (stored === undefined) return undefined;
  if (!stored.S) {
    throw new Error(
      `table "${table}", pipeline "${pipeline}": checkpointLogId is ${JSON.stringify(stored)}; allowed: ` +
        'a string that is not empty. Correct the item, or remove the attribute to begin at auth0.startFrom',
    );
  }
  const logDateMs = dateOf(item, 'checkpointLogDate');
  return { logId: stored.S, ...(logDateMs !== undefined && { logDateMs }) };
}

/** What could not be done, where, and DynamoDB's own code (as `code`, too) and sentence: names and ARNs, no secrets. */
function failure(error: unknown, table: string, pipeline: string, what: string): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof Error && 'code' in error ? String(error.code) : name;
  const text = `table "${table}", pipeline "${pipeline}": could not ${what}: ${code}: ${message}`;
  return Object.assign(new Error(text, { cause: error }), { code });
}

function numberOf(item: Item, attribute: string): number {
  return Number(item[attribute]?.N);
}

function dateOf(item: Item, attribute: string): number | undefined {
  const ms = Date.parse(item[attribute]?.S ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
