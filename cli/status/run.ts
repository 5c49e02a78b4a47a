/** `status`, once or again and again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { askPipeline, type Facts } from '../pipelines/facts.ts';
import { healthOf, worstOf } from '../pipelines/health.ts';
import { openTarget } from '../pipelines/open.ts';
import type { Target, TargetOptions } from '../pipelines/operated.ts';
import { aboutPipeline } from '../pipelines/remedy.ts';
import { EXIT } from '../terminal/errors.ts';
import { stopOnSignals } from '../terminal/stoppable.ts';
import { isScreen } from '../terminal/text.ts';
import { statusJson } from './json.ts';
import { statusLines } from './show.ts';

export interface StatusOptions extends TargetOptions {
  readonly json?: true;
  /** Seconds from look to look; true when they are not given. */
  readonly watch?: number | true;
  /** The port of the page; true for any. */
  readonly web?: number | true;
}

const WATCH_SECONDS = 10;
/** To the corner, without clearing first: a screen that goes blank flickers. */
const HOME = '\x1b[H';
const REST_OF_LINE = '\x1b[K';
const REST_OF_SCREEN = '\x1b[J';
const CLEAR = '\x1b[2J';

/** Returns the exit code. Throws UsageError when the pipelines cannot be found. */
export async function runStatus(options: StatusOptions): Promise<number> {
  const target = await openTarget(options);
  if (options.web !== undefined) {
    const { serveStatus } = await import('./web.ts');
    return serveStatus(target, options, options.web === true ? 0 : options.web);
  }
  if (options.watch === undefined) {
    const all = await askAll(target, options);
    if (options.json) console.log(JSON.stringify(statusJson(target, all, Date.now()), undefined, 2));
    else console.log(statusLines(target, all, Date.now()).join('\n'));
    return exitCodeOf(all);
  }
  const everySeconds = options.watch === true ? WATCH_SECONDS : options.watch;
  const stop = stopOnSignals('stopped');
  const redraws = isScreen(process.stdout) && !options.json;
  if (redraws) process.stdout.write(CLEAR);
  for (let look = 0; !stop.aborted; look++) {
    const all = await askAll(target, options);
    if (options.json) console.log(JSON.stringify(statusJson(target, all, Date.now())));
    else if (redraws) redraw(statusLines(target, all, Date.now()), everySeconds);
    else console.log(`${look > 0 ? '\n' : ''}${statusLines(target, all, Date.now()).join('\n')}`);
    await sleep(everySeconds * 1000, undefined, { signal: stop }).catch(() => undefined);
  }
  return EXIT.interrupted;
}

function askAll({ kind, pipelines }: Target, options: TargetOptions): Promise<Facts[]> {
  const isOneOfSeveral = pipelines.length > 1;
  return Promise.all(
    pipelines.map(one => askPipeline(kind, one, aboutPipeline(options, one.config.name, isOneOfSeveral))),
  );
}

const EXIT_CODE = { healthy: EXIT.ok, degraded: EXIT.fault, unhealthy: EXIT.fault, unknown: EXIT.usage };

const exitCodeOf = (all: readonly Facts[]): number => EXIT_CODE[worstOf(all.map(healthOf))];

/** Overwrites the screen. Omits lines that do not fit, so that it does not scroll. */
function redraw(lines: readonly string[], everySeconds: number): void {
  const room = Math.max(2, (process.stdout.rows || 24) - 2);
  const shown = lines.length > room ? [...lines.slice(0, room - 1), '…'] : lines;
  const all = [...shown, '', `every ${everySeconds} s; press Ctrl-C to stop`].map(
    line => `${line}${REST_OF_LINE}`,
  );
  process.stdout.write(`${HOME}${all.join('\n')}${REST_OF_SCREEN}`);
}
