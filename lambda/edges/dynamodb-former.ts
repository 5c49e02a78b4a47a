/**
 * A pipeline that continues where a former one stopped: under another name, or in a table that an earlier stack has left.
 *
 * Before its first lease, an item without a checkpoint gets the one of the first former name that has one, in a single
 * conditional write: all of it or nothing. A run that is interrupted before or after the write repeats it, or finds it
 * done. What a former run has settled stays settled, so that no log is passed; a former pipeline that still runs only
 * ships logs twice.
 */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { StateStore } from '../core/model.ts';

type Item = Record<string, AttributeValue>;

export interface Former {
  /** Newest first. */
  readonly previousNames: readonly string[];
  /** The table was not made for this pipeline: without a checkpoint in it, it is the wrong one. */
  readonly isAdopted: boolean;
}

/** What is taken over: the checkpoint, and what explains it. Neither the lease nor the last run. */
const TAKEN_OVER = ['checkpointLogId', 'checkpointLogDate', 'late', 'caughtUpAt', 'unproven'] as const;

/**
 * `store`, whose `acquire` sees to it first. It rejects, and nothing is leased, when no former item has a checkpoint: to
 * begin at `auth0.startFrom` could skip logs.
 */
export function continuing(
  store: StateStore,
  client: DynamoDBClient,
  table: string,
  former: Former,
): StateStore {
  if (former.previousNames.length === 0 && !former.isAdopted) return store;
  /** Of this process: once there is a checkpoint, there always is. */
  let isThere = false;
  return {
    ...store,
    acquire: async (pipeline, owner, nowMs, expiresAtMs) => {
      if (!isThere) isThere = await takeOver(client, table, pipeline, former.previousNames, nowMs);
      return store.acquire(pipeline, owner, nowMs, expiresAtMs);
    },
  };
}

async function takeOver(
  client: DynamoDBClient,
  table: string,
  pipeline: string,
  names: readonly string[],
  nowMs: number,
): Promise<true> {
  try {
    if (hasCheckpoint(await read(client, table, pipeline))) return true;
    for (const name of names) {
      const item = await read(client, table, name);
      if (!hasCheckpoint(item)) continue;
      await copy(client, table, pipeline, name, item, nowMs);
      return true;
    }
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const code = error instanceof Error && 'code' in error ? String(error.code) : name;
    const text = `table "${table}", pipeline "${pipeline}": could not take over: ${code}: ${message}`;
    throw Object.assign(new Error(text, { cause: error }), { code });
  }
  const asked = [pipeline, ...names].map(name => `"${name}"`).join(', ');
  throw new Error(
    `table "${table}" is adopted, but has no checkpoint of ${asked}; correct adopt.checkpointTable or previousNames and ` +
      'deploy, or set where to begin: checkpoint set oldest',
  );
}

const hasCheckpoint = (item: Item): boolean => item['checkpointLogId'] !== undefined;

async function read(client: DynamoDBClient, TableName: string, pipeline: string): Promise<Item> {
  const command = new GetItemCommand({
    TableName,
    Key: { pipeline: { S: pipeline } },
    ConsistentRead: true,
  });
  return (await client.send(command)).Item ?? {};
}

/** The version goes up, so that a run that began without the checkpoint can save none of its own any more. */
async function copy(
  client: DynamoDBClient,
  TableName: string,
  pipeline: string,
  from: string,
  item: Item,
  nowMs: number,
): Promise<void> {
  const taken = TAKEN_OVER.flatMap(name => (item[name] ? [[name, item[name]] as const] : []));
  const command = new UpdateItemCommand({
    TableName,
    Key: { pipeline: { S: pipeline } },
    ConditionExpression: 'attribute_not_exists(checkpointLogId)',
    UpdateExpression:
      'SET version = if_not_exists(version, :zero) + :one, updatedAt = :at, takenOverFrom = :from' +
      taken.map(([name]) => `, ${name} = :${name}`).join(''),
    ExpressionAttributeValues: {
      ':zero': { N: '0' },
      ':one': { N: '1' },
      ':at': { S: new Date(nowMs).toISOString() },
      ':from': { S: from },
      ...Object.fromEntries(taken.map(([name, value]) => [`:${name}`, value])),
    },
  });
  await client.send(command).catch((error: unknown) => {
    // There is one meanwhile: another run's, or this write's own, repeated by the SDK.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  });
}
