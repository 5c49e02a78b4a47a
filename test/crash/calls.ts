/** What a call means to the pipeline, read from the wire. */
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

export type CallName =
  | 'acquire'
  | 'save'
  | 'release'
  | 'put retry'
  | 'put dead-letter'
  | 'postpone'
  | 'page'
  | 'post'
  | 'token'
  /** Not a call but its end: a function returns to Lambda that its event is done. */
  | 'result'
  | 'other';

interface AwsBody {
  readonly UpdateExpression?: string;
  readonly QueueUrl?: string;
}

/** The name of one request to any of the servers. */
export function nameOf({ headers, method, url = '' }: IncomingMessage, body: Buffer): CallName {
  const [, operation] = headers['x-amz-target']?.toString().split('.') ?? [];
  if (operation) return awsNameOf(operation, JSON.parse(body.toString()) as AwsBody);
  if (url.includes('/token')) return 'token';
  if (method === 'GET' && url.includes('/api/v2/logs')) return 'page';
  return method === 'POST' ? 'post' : 'other';
}

function awsNameOf(operation: string, { UpdateExpression = '', QueueUrl = '' }: AwsBody): CallName {
  if (operation === 'UpdateItem') {
    if (UpdateExpression.includes('checkpointLogId')) return 'save';
    return /REMOVE.*leaseOwner/.test(UpdateExpression) ? 'release' : 'acquire';
  }
  if (operation === 'SendMessageBatch') {
    return QueueUrl.endsWith('dead-letter') ? 'put dead-letter' : 'put retry';
  }
  return operation === 'ChangeMessageVisibility' ? 'postpone' : 'other';
}

/** How many records a post carries. */
export function recordsIn({ headers, body }: { headers: IncomingMessage['headers']; body: Buffer }): number {
  const raw = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const records: unknown = JSON.parse(raw.toString());
  return Array.isArray(records) ? records.length : 0;
}

/** The ids of the logs in a failed batch. */
export function idsIn(message: string): string[] {
  const { records } = JSON.parse(message) as { records: string };
  const lines = gunzipSync(Buffer.from(records, 'base64')).toString().split('\n');
  return lines.map(line => (JSON.parse(line) as { LogId: string }).LogId);
}
