/** Lease and checkpoint of a deployed pipeline: looked at without a write, or moved under the law of StateStore. */
import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { PipelineOutput } from '../../../lambda/core/contract.ts';
import { readLastRun } from '../../../lambda/core/last-run.ts';
import type { StateStore } from '../../../lambda/core/model.ts';
import { checkpointStore } from '../../../lambda/edges/dynamodb.ts';
import { UsageError } from '../../terminal/errors.ts';
import type { StoredState } from '../operated.ts';
import type { StackClients } from './clients.ts';

type Item = Readonly<Record<string, AttributeValue>>;

export interface StackState {
  readonly store: StateStore;
  look(): Promise<StoredState>;
}

export function stackState({ dynamodb, ask }: StackClients, output: PipelineOutput): StackState {
  const { checkpointTable: table, pipeline } = output;
  const store = checkpointStore(dynamodb, table);
  const absent = `pipeline "${pipeline}": its table ${table} does not exist; check the AWS account and region, and whether it was deleted`;
  const write = <T>(work: () => Promise<T>) =>
    ask(
      'dynamodb:UpdateItem',
      () => work().catch((error: unknown) => Promise.reject(reasonOf(error))),
      absent,
    );
  const get = new GetItemCommand({
    TableName: table,
    Key: { pipeline: { S: pipeline } },
    ConsistentRead: true,
  });
  return {
    store: {
      acquire: (...given) => write(() => store.acquire(...given)),
      save: (...given) => write(() => store.save(...given)),
      release: (...given) => write(() => store.release(...given)),
    },
    look: async () => {
      const { Item: item = {} } = await ask('dynamodb:GetItem', () => dynamodb.send(get), absent);
      const stored = item['checkpointLogId'];
      if (!stored || stored.S) return stateOf(item);
      throw new UsageError(
        `table ${table}, pipeline "${pipeline}": checkpointLogId is ${JSON.stringify(stored)}; allowed: a string ` +
          'that is not empty. Correct the item, or remove the attribute to begin at auth0.startFrom',
      );
    },
  };
}

/** Attributes: lambda/edges/dynamodb.ts. */
function stateOf(item: Item): StoredState {
  const logId = item['checkpointLogId']?.S;
  const logDateMs = dateOf(item['checkpointLogDate']);
  const owner = item['leaseOwner']?.S;
  const expiresAtMs = Number(item['leaseExpiresAt']?.N);
  const caughtUpAtMs = dateOf(item['caughtUpAt']);
  const updatedAtMs = dateOf(item['updatedAt']);
  const lastRun = readLastRun(item['lastRun']?.S);
  const late = item['late']?.S;
  const checkpointSet = item['checkpointSet']?.S;
  return {
    ...(logId && { checkpoint: { logId, ...(logDateMs !== undefined && { logDateMs }) } }),
    // A lease without a readable expiry is not held.
    ...(owner && !Number.isNaN(expiresAtMs) && { lease: { owner, expiresAtMs } }),
    ...(caughtUpAtMs !== undefined && { caughtUpAtMs }),
    ...(updatedAtMs !== undefined && { updatedAtMs }),
    ...(lastRun && { lastRun }),
    ...(late !== undefined && { late }),
    ...(checkpointSet !== undefined && { checkpointSet }),
  };
}

/** The reason behind the store's error: AWS's error, or the store's own for a damaged item. */
function reasonOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return error.cause ?? new UsageError(error.message, error);
}

function dateOf(value: AttributeValue | undefined): number | undefined {
  const ms = Date.parse(value?.S ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
