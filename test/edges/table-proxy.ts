/** Stands between a store and its table, to lose answers. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { answerWith, faultScript } from '../../simulator/faults.ts';

export type TableProxy = Awaited<ReturnType<typeof startTableProxy>>;

/** Forwards to `target`. Cuts answers by its fault script, and puts the item into a refusal as DynamoDB does and dynalite does not. */
export async function startTableProxy(target: string) {
  const faults = faultScript();
  let calls: string[] = [];
  let itemInRefusal = false;
  let readsAreCut = false;
  let writesAreCut = false;
  let requests: { operation: string; body: Record<string, unknown> }[] = [];
  let beforeRead: (() => Promise<unknown>) | undefined;
  const ask = async (operation: string, body: string, headers: Record<string, string>) => {
    const answer = await fetch(target, {
      method: 'POST',
      body,
      headers: {
        authorization: headers['authorization'] ?? '',
        'x-amz-date': headers['x-amz-date'] ?? '',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'content-type': 'application/x-amz-json-1.0',
      },
    });
    return { status: answer.status, body: await answer.text() };
  };
  const server = createServer(async (request, response) => {
    const headers = request.headers as Record<string, string>;
    const operation = headers['x-amz-target']?.split('.')[1] ?? '';
    const body = await text(request);
    calls.push(operation);
    requests.push({ operation, body: JSON.parse(body) });
    if (operation === 'GetItem') await beforeRead?.();
    const isCut = operation === 'GetItem' ? readsAreCut : writesAreCut;
    const fault = isCut ? ({ kind: 'cut' } as const) : faults.next();
    await answerWith(fault, request, response, async () => {
      const answer = await ask(operation, body, headers);
      if (!itemInRefusal || !answer.body.includes('ConditionalCheckFailed')) return answer;
      const { TableName, Key, ReturnValuesOnConditionCheckFailure } = JSON.parse(body);
      if (ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return answer;
      const look = await ask('GetItem', JSON.stringify({ TableName, Key, ConsistentRead: true }), headers);
      const { Item } = JSON.parse(look.body);
      return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), Item }) };
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return {
    faults,
    client,
    get calls() {
      return calls;
    },
    get requests() {
      return requests;
    },
    /** Something happens between a refusal and the look at the item. */
    beforeRead: (work: () => Promise<unknown>) => {
      beforeRead = work;
    },
    cutWrites: () => {
      writesAreCut = true;
    },
    cutReads: () => {
      readsAreCut = true;
    },
    reset: (withItem = false) => {
      faults.clear();
      calls = [];
      itemInRefusal = withItem;
      readsAreCut = false;
      writesAreCut = false;
      requests = [];
      beforeRead = undefined;
    },
    close: () => {
      client.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
