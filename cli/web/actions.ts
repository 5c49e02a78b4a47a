/** What the page may ask of its command: named actions, whose values are checked before anything is done. */
import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { ConfigError } from '../../lambda/config/config.ts';
import { UsageError } from '../terminal/errors.ts';

/** Of a request: ids and choices, not content. */
const MAX_BYTES = 64_000;

/** Checks what the page sent, then does it. Made by `action`. */
export interface Action {
  /** Rejects with UsageError for what cannot be done; the page shows its message. */
  run(given: unknown): Promise<unknown>;
}

/** What a request is answered with: the action's value, or a sentence with its remedy. */
export interface Answer {
  readonly status: number;
  readonly body: { readonly value: unknown } | { readonly error: string };
}

/** An action that takes what `schema` allows. Its value goes to the page as JSON. */
export function action<S extends v.GenericSchema>(
  schema: S,
  run: (given: v.InferOutput<S>) => unknown,
): Action {
  return {
    run: async given => {
      const parsed = v.safeParse(schema, given);
      if (parsed.success) return run(parsed.output);
      const [issue] = parsed.issues;
      throw new UsageError(`${v.getDotPath(issue) ?? 'the request'}: ${issue.message}; reload the page`);
    },
  };
}

/** Never rejects. An error that nobody expected goes to `onBug`, and not to the page: it may name anything. */
export async function answerOf(
  request: IncomingMessage,
  wanted: Action | undefined,
  onBug: (error: unknown) => void,
): Promise<Answer> {
  if (!wanted)
    return { status: 404, body: { error: 'the command does not know this action; reload the page' } };
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    return { status: 415, body: { error: 'the request is not JSON' } };
  }
  try {
    const given = await jsonIn(request);
    return { status: 200, body: { value: (await wanted.run(given)) ?? null } };
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigError) {
      return { status: 400, body: { error: error.message } };
    }
    onBug(error);
    return { status: 500, body: { error: 'unexpected error; the terminal of the command shows it' } };
  }
}

async function jsonIn(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new UsageError(`the request has more than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString() || 'null');
  } catch {
    throw new UsageError('the request is not JSON');
  }
}
