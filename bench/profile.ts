/** Where the processor time of the whole path goes: a profile of the function's main thread, by whose code it is. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { bundled } from './client.ts';
import type { Bench, Row } from './report.ts';
import { CHOSEN, openSides } from './sides.ts';

const PAGES = 400;
/** What takes less is summed up. */
const LEAST_PERCENT = 1;

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
      readonly columnNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}
type Frame = CpuProfile['nodes'][number]['callFrame'];

export const profile: Bench = async ({ folder, note }) => {
  const sides = await openSides(folder, 'everyday', PAGES);
  const out = await mkdtemp(join(folder, 'profile-'));
  try {
    await sides.run(CHOSEN, { auth0Ms: 0, azureMs: 0, memoryMb: 512, profileTo: out });
  } finally {
    await sides.close();
  }
  const map = new SourceMap(JSON.parse(readFileSync(`${bundled(folder, 'ship')}.map`, 'utf8')));
  const [file] = readdirSync(out);
  const taken = selfTimes(JSON.parse(readFileSync(join(out, file!), 'utf8')), frame => whose(frame, map));
  const all = [...taken.values()].reduce((sum, us) => sum + us, 0);
  const rows = [...taken]
    .map(([what, us]): Row => ({ what, 'share, %': (us / all) * 100 }))
    .sort((a, b) => Number(b['share, %']) - Number(a['share, %']));
  const shown = rows.filter(row => Number(row['share, %']) >= LEAST_PERCENT);
  const rest = 100 - shown.reduce((sum, row) => sum + Number(row['share, %']), 0);
  shown.push({ what: 'all else', 'share, %': rest });
  shown.forEach(note);
  return {
    title: 'Where the time goes',
    rows: shown,
    remarks: [
      `A profile of the main thread, ${CHOSEN.name}, ${(PAGES * 100).toLocaleString('en-US')} everyday logs, start-up in. A step that is Node’s own, such as JSON.parse, counts for the code that calls it. gzip runs in other threads.`,
    ],
  };
};

/** Microseconds that were spent in functions themselves, by what `of` says of them. */
function selfTimes(
  { nodes, samples, timeDeltas }: CpuProfile,
  of: (frame: Frame) => string | undefined,
): Map<string, number> {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, of(callFrame)]));
  const times = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const name = names.get(id);
    if (name !== undefined) times.set(name, (times.get(name) ?? 0) + Math.max(0, timeDeltas[at]!));
  }
  return times;
}

/** Undefined for no work at all. */
function whose({ functionName, url, lineNumber, columnNumber }: Frame, map: SourceMap): string | undefined {
  if (functionName === '(idle)') return undefined;
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (url === '') return 'Node itself, not in JavaScript: sockets, TLS, compilation';
  if (/^node:.*(http|tls|net|stream|crypto|events|timers|task)/.test(url))
    return 'Node: http, TLS, streams, timers';
  if (url.startsWith('node:')) return 'Node: all else';
  const entry = map.findEntry(lineNumber, columnNumber);
  const source = 'originalSource' in entry ? entry.originalSource : url;
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
  if (name) return name.startsWith('@') ? name.split('/')[0] : name;
  // By folder.
  return /lambda\/.*(?=\/)/.exec(source)?.[0] ?? 'lambda';
}
