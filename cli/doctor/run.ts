/** `doctor`: runs and shows every pipeline's checks. */
import { openTarget } from '../pipelines/open.ts';
import type { Target, TargetOptions } from '../pipelines/operated.ts';
import { aboutPipeline } from '../pipelines/remedy.ts';
import { EXIT } from '../terminal/errors.ts';
import { readJsonFile } from '../terminal/json-file.ts';
import { type LiveLine, liveLine } from '../terminal/live-line.ts';
import { examine } from './examine.ts';
import { doctorJson } from './json.ts';
import { type Examined, showDoctor } from './show.ts';

export interface DoctorOptions extends TargetOptions {
  readonly dcr?: string;
  readonly json?: true;
}

/** Waits shorter than this need no explanation. */
const SILENT_MS = 1000;
const TICK_MS = 200;
const DCR_REMEDY = 'create it:\n  az monitor data-collection rule list -o json > dcr.json';

/** Returns the exit code. Throws UsageError when nothing could be looked at. */
export async function runDoctor(options: DoctorOptions): Promise<number> {
  const dcr = options.dcr === undefined ? undefined : readJsonFile('--dcr file', options.dcr, DCR_REMEDY);
  const screen = liveLine(process.stderr, Date.now);
  endOnSignals(screen);
  const waiting = waitingLine(screen);
  let target: Target;
  let examined: Examined[];
  try {
    target = await waiting.during('the pipelines', openTarget(options));
    const { kind, pipelines } = target;
    examined = await Promise.all(
      pipelines.map(async one => {
        const { config } = one;
        const about = aboutPipeline(options, config.name, pipelines.length > 1);
        const watch = <T>(part: string, work: Promise<T>) => waiting.during(`${config.name}: ${part}`, work);
        return { config, ...(await examine(one, { kind, dcr, watch, about })) };
      }),
    );
  } finally {
    waiting.end();
  }
  if (options.json) console.log(JSON.stringify(doctorJson(target, examined), undefined, 2));
  else showDoctor(target, examined);
  return examined.some(({ judgement }) => judgement.health === 'unhealthy') ? EXIT.fault : EXIT.ok;
}

/** On a terminal, what is being waited for, once that takes longer than a second. */
function waitingLine(screen: LiveLine) {
  const sinceMs = Date.now();
  const parts = new Set<string>();
  const timer = setInterval(() => {
    if (Date.now() - sinceMs > SILENT_MS) screen.update(`waiting for ${[...parts].join(', ')}`);
  }, TICK_MS);
  return {
    during: async <T>(part: string, work: Promise<T>): Promise<T> => {
      parts.add(part);
      return work.finally(() => parts.delete(part));
    },
    end: () => {
      clearInterval(timer);
      screen.clear();
    },
  };
}

/** Nothing is under way that could be broken off. */
function endOnSignals(screen: LiveLine): void {
  const end = () => {
    screen.clear();
    process.exit(EXIT.interrupted);
  };
  process.once('SIGINT', end).once('SIGTERM', end);
}
