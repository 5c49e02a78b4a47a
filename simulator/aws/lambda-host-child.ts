/** The process in which a local Lambda function lives: loads the bundle, then answers one event after another. */
import { pathToFileURL } from 'node:url';

/** From the host: run the handler once. */
export interface Invoke {
  readonly requestId: string;
  readonly event: unknown;
  readonly functionName: string;
  readonly timeoutMs: number;
  /** How far the function's clock is ahead of the machine's. */
  readonly aheadMs: number;
}

/** To the host: first whether the bundle is loaded, then the answer to each event. */
export type FromChild =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly error: string };

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const [, , bundle = ''] = process.argv;
const send = (message: FromChild) => process.send?.(message);

const MachineDate = Date;
let aheadMs = 0;
const now = () => MachineDate.now() + aheadMs;
/** As `Date`, by the function's clock. */
const AheadDate = new Proxy(MachineDate, {
  construct: (target, args, type) => Reflect.construct(target, args.length > 0 ? args : [now()], type),
  apply: () => new MachineDate(now()).toString(),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});

// The host is gone: no orphan stays behind.
process.on('disconnect', () => process.exit());

try {
  const { handler } = (await import(pathToFileURL(bundle).href)) as { handler: Handler };
  if (typeof handler !== 'function') throw new Error(`${bundle} exports no function named "handler"`);
  process.on('message', (invoke: Invoke) => answer(handler, invoke));
  send({ kind: 'loaded' });
} catch (error) {
  send({ kind: 'error', error: described(error) });
}

async function answer(handler: Handler, invoke: Invoke): Promise<void> {
  aheadMs = invoke.aheadMs;
  if (aheadMs !== 0) globalThis.Date = AheadDate;
  let message: FromChild;
  try {
    // `null` and not `undefined`: the result is JSON, as with Lambda.
    message = { kind: 'result', result: (await handler(invoke.event, contextOf(invoke))) ?? null };
  } catch (error) {
    message = { kind: 'error', error: described(error) };
  }
  // By these two lines the host knows that it has read everything that the function printed.
  process.stdout.write(`END ${invoke.requestId}\n`);
  process.stderr.write(`END ${invoke.requestId}\n`);
  send(message);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function contextOf({ requestId, functionName, timeoutMs }: Invoke) {
  const endsAtMs = Date.now() + timeoutMs;
  return {
    awsRequestId: requestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: '256',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, endsAtMs - Date.now()),
  };
}

/** Type and message, as Lambda puts an error. */
function described(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
