/** `status --web`: the same answers as a page, asked again and again while it is open. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { askPipeline } from '../pipelines/facts.ts';
import type { Target, TargetOptions } from '../pipelines/operated.ts';
import { aboutPipeline } from '../pipelines/remedy.ts';
import { EXIT, reportError, UsageError } from '../terminal/errors.ts';
import { stopOnSignals } from '../terminal/stoppable.ts';
import { action } from '../web/actions.ts';
import { addressText, serveWeb } from '../web/server.ts';
import { historySource } from './history.ts';
import { type Desk, deskOf } from './letters.ts';
import type { StatusState } from './page/model.ts';
import { viewOf } from './view.ts';

const LOOK_MS = 10_000;

/** `port` is 0 for any. Returns the exit code, after Ctrl-C. Rejects with UsageError when the port cannot be used. */
export async function serveStatus(target: Target, options: TargetOptions, port: number): Promise<number> {
  const stop = stopOnSignals('stopped');
  const onBug = (error: unknown) => reportError(error, true);
  const look = looker(target, options);
  let changed: () => void = () => undefined;
  const desk = deskOf(target, options, {
    now: Date.now,
    onChange: () => changed(),
    onDone: () => nudge.abort(),
    onBug,
  });
  let nudge = new AbortController();
  let seen = await look();
  let problem: string | undefined;
  const state = (): StatusState => ({
    place: target.place,
    kind: target.kind,
    ...seen.shown,
    letters: desk.letters(),
    ...(desk.replayed() && { replay: desk.replayed()! }),
    ...(problem !== undefined && { problem }),
  });
  const web = await serveWeb({
    page: 'status',
    title: `Status of ${target.place}`,
    state,
    actions: actionsOf(desk),
    onBug,
    randomBytes,
    port,
  });
  changed = web.changed;
  const stopped = new Promise<undefined>(resolve => stop.addEventListener('abort', () => resolve(undefined)));
  console.log(addressText(web.url));
  for (let letters = -1; !stop.aborted; ) {
    const now = seen.deadLetters;
    // A queue of AWS hides what is read: it is read when something has changed, and not at every look.
    if (now !== letters) void desk.read();
    letters = now;
    await sleep(LOOK_MS, undefined, { signal: AbortSignal.any([stop, nudge.signal]) }).catch(() => undefined);
    if (stop.aborted) break;
    nudge = new AbortController();
    try {
      // A look may take long: AWS may not answer.
      const next = await Promise.race([look(), stopped]);
      if (next === undefined) break;
      seen = next;
      problem = undefined;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problem = error.message;
    }
    web.changed();
  }
  desk.stop();
  await web.close();
  return EXIT.interrupted;
}

/** A look at every pipeline. */
function looker({ kind, pipelines }: Target, options: TargetOptions) {
  const histories = pipelines.map(historySource);
  const look = async (at: number) => {
    const pipeline = pipelines[at]!;
    const about = aboutPipeline(options, pipeline.config.name, pipelines.length > 1);
    const [facts] = await Promise.all([askPipeline(kind, pipeline, about), histories[at]!.read(Date.now())]);
    const deadLetters = facts.queues?.['dead-letter'].messages ?? 0;
    return { view: viewOf(facts, pipeline, histories[at]!), deadLetters };
  };
  return async () => {
    const looks = await Promise.all(pipelines.map((_, at) => look(at)));
    return {
      shown: { pipelines: looks.map(({ view }) => view), askedAtMs: Date.now() },
      deadLetters: looks.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
    };
  };
}

/** Ids are those of a queue; nothing else is looked for. */
const REF = { pipeline: v.pipe(v.string(), v.maxLength(100)), id: v.pipe(v.string(), v.maxLength(200)) };
const REFS = v.pipe(v.array(v.strictObject(REF)), v.minLength(1), v.maxLength(500));
const CHOSEN = v.strictObject({ letters: REFS, how: v.picklist(['moved', 'delivered']) });
const NOTHING = v.null();

function actionsOf(desk: Desk) {
  return {
    readLetters: action(NOTHING, desk.read),
    openLetter: action(v.strictObject({ ...REF, reveal: v.boolean() }), desk.open),
    planReplay: action(CHOSEN, ({ letters, how }) => desk.plan(letters, how)),
    replay: action(CHOSEN, ({ letters, how }) => desk.replay(letters, how)),
    stopReplay: action(NOTHING, desk.stop),
  };
}
