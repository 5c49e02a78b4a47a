/** What no shipper can do without: the pages over TLS, and the same bytes gzipped and posted over TLS. */
import { type Agent, Agent as HttpsAgent, request } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const env = process.env as Record<string, string>;
const zip = promisify(gzip);
const BATCH_BYTES = 1_000_000;
/** As ours and Azure's library do. */
const MOST_IN_FLIGHT = 3;
const keepAlive = { keepAlive: true };
const auth0 = new HttpsAgent(keepAlive);
const azure = new HttpsAgent({ ...keepAlive, maxSockets: MOST_IN_FLIGHT });

/** A page's logs as JSON, without the brackets around them. */
type Read = (page: Buffer) => { readonly json: Buffer; readonly lastLogId: string };

/** Each log parsed and written. */
export const handler = () => shipped(parsed);
/** Nothing is parsed. */
export const untouched = () => shipped(cut);

/** The pages alone, one after the other: the chain that no shipper can shorten. Returns their number. */
export async function chain(): Promise<number> {
  let pages = 0;
  for (let from = 'first'; from !== ''; pages++) from = cut(await pageAfter(from)).lastLogId;
  return pages;
}

async function shipped(read: Read): Promise<void> {
  let batch: Buffer[] = [];
  let bytes = 0;
  const inFlight = new Set<Promise<void>>();
  const send = () => {
    const body = Buffer.concat(batch.flatMap((part, i) => [Buffer.from(i === 0 ? '[' : ','), part]));
    batch = [];
    bytes = 0;
    const posted: Promise<void> = post(Buffer.concat([body, Buffer.from(']')])).finally(() =>
      inFlight.delete(posted),
    );
    inFlight.add(posted);
  };
  for (let from = 'first'; ; ) {
    const { json, lastLogId } = read(await pageAfter(from));
    if (lastLogId === '') break;
    if (bytes + json.length > BATCH_BYTES) {
      send();
      if (inFlight.size >= MOST_IN_FLIGHT) await Promise.race(inFlight);
    }
    batch.push(json);
    bytes += json.length;
    from = lastLogId;
  }
  if (batch.length > 0) send();
  await Promise.all(inFlight);
}

function parsed(page: Buffer): ReturnType<Read> {
  const logs = JSON.parse(page.toString()) as { log_id: string }[];
  const json = Buffer.from(logs.map(log => JSON.stringify(log)).join(','));
  return { json, lastLogId: logs.at(-1)?.log_id ?? '' };
}

function cut(page: Buffer): ReturnType<Read> {
  const at = page.lastIndexOf(MARK);
  const lastLogId =
    at < 0 ? '' : page.toString('latin1', at + MARK.length, page.indexOf('"', at + MARK.length));
  return { json: page.subarray(1, -1), lastLogId };
}

const MARK = '"log_id":"';

const pageAfter = (from: string) =>
  answerOf(`${env['AUTH0_BASE_URL']}/api/v2/logs?from=${from}&take=100`, 'GET', auth0);

async function post(json: Buffer): Promise<void> {
  const body = await zip(json, { level: 1 });
  const url = `${env['AZURE_BASE_URL']}/dataCollectionRules/${env['DCR']}/streams/${env['STREAM']}`;
  await answerOf(url, 'POST', azure, body);
}

function answerOf(url: string, method: string, agent: Agent, body?: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-encoding': 'gzip', 'content-length': body.length } : {};
    request(url, { method, agent, headers }, answer => {
      const parts: Buffer[] = [];
      answer.on('data', part => parts.push(part));
      answer.on('end', () => resolve(Buffer.concat(parts)));
      answer.on('error', reject);
    })
      .on('error', reject)
      .end(body);
  });
}
