/** The body of an answer: complete or an error, unzipped, and of limited size. */
import { isAscii } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { finished, pipeline, type Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { ANSWER_TOO_LARGE } from '../core/http.ts';

export interface Body {
  readonly stream: Readable;
  /** What takes it apart, when it is gzipped. */
  readonly gunzip?: Gunzip;
  /** As its `content-length` says: of the gzipped body, when it is gzipped. */
  readonly declaredBytes: number;
}

const BYTE_ORDER_MARK = 0xfeff;
const MIB = 2 ** 20;
/** A page of Auth0's has less than a megabyte. */
const TEXT_MOST_BYTES = 64_000_000;
const TEXT_LEAST_BYTES = 1_000_000;
/** What the function takes with pages that cost next to nothing. */
const BASE_MIB = 100;
/**
 * Measured: a run takes 14 bytes of memory for each of a page of long texts, and 32 for each of a page of many small
 * objects, since the next page is read and parsed while the last one is shaped and posted.
 */
const MEMORY_PER_BYTE = 40;

/** The largest text that a function may read; 64 MB where the memory is not known. `memoryMib` is Lambda's setting. */
export function textMaxBytes(memoryMib: number | undefined): number {
  if (memoryMib === undefined || !(memoryMib > 0)) return TEXT_MOST_BYTES;
  const bytes = Math.floor(((memoryMib - BASE_MIB) * MIB) / MEMORY_PER_BYTE);
  return Math.min(TEXT_MOST_BYTES, Math.max(TEXT_LEAST_BYTES, bytes));
}

export function bodyIn(incoming: IncomingMessage): Body {
  const declaredBytes = Number(incoming.headers['content-length'] ?? 0);
  if (!/^(x-)?gzip$/i.test(incoming.headers['content-encoding'] ?? '')) {
    return { stream: incoming, declaredBytes };
  }
  const gunzip = createGunzip();
  // The reader of the body gets errors; the callback is for bodies without a reader.
  pipeline(incoming, gunzip, () => undefined);
  return { stream: gunzip, gunzip, declaredBytes };
}

export async function* partsOf(body: Body, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  let error: unknown;
  try {
    yield* body.stream;
  } catch (thrown) {
    error = thrown;
  }
  const why = whyNotWhole(body, signal, error);
  if (why !== undefined) throw why;
}

/**
 * UTF-8 without its byte order mark, of at most `maxBytes`. By events, and decoded at once: a page of logs comes in a dozen parts, and to await,
 * decode and join them one by one costs as much as all else that is done to it here.
 */
export function textOf(body: Body, signal: AbortSignal | undefined, maxBytes: number): Promise<string> {
  const { stream, declaredBytes } = body;
  const parts: Buffer[] = [];
  let bytes = 0;
  const refuse = (size: string) => {
    parts.length = 0;
    const message = `the answer is too large for the memory: ${size}; the limit is ${maxBytes} bytes`;
    stream.destroy(coded(ANSWER_TOO_LARGE, message));
  };
  if (declaredBytes > maxBytes) refuse(`${declaredBytes} bytes`);
  stream.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes <= maxBytes) parts.push(part);
    else refuse(`${bytes} bytes so far`);
  });
  return new Promise((resolve, reject) => {
    finished(stream, error => {
      const why = whyNotWhole(body, signal, error ?? undefined);
      if (why === undefined) resolve(decoded(Buffer.concat(parts)));
      else reject(why);
    });
  });
}

/** Why a body that has ended, or broken off with `error`, is incomplete; undefined when it is complete. */
function whyNotWhole({ gunzip }: Body, signal: AbortSignal | undefined, error: unknown): unknown {
  // A body without a length goes up to the end of the connection: when we end that, Node calls the half of it whole.
  if (signal?.aborted) return signal.reason;
  // A header may say gzip of an answer without a body, such as a 204.
  const isNothing = gunzip?.bytesWritten === 0 && error instanceof Error && 'code' in error;
  return isNothing && error.code === 'Z_BUF_ERROR' ? undefined : error;
}

/** What is all ASCII, as most logs are, is read faster as Latin-1, which is the same. */
function decoded(bytes: Buffer): string {
  const text = bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

export function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
