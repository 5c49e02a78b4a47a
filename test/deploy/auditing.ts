/** Is everything there? Audits, logs that somebody has skipped, and backfills. */
import { mustBe } from './checks.ts';
import { skip } from './mending.ts';
import { pipelineNamed, type Scene } from './scene.ts';
import type { PipelineName } from './tenant.ts';

/** What `audit --json` prints, as far as it matters here. */
interface Audited {
  readonly logs: Readonly<Record<'atAuth0' | 'settled' | 'notSwept' | 'missing', number>>;
  readonly missingLogIds: readonly string[];
  readonly remedy: readonly { readonly command: string }[];
}

/** What `backfill --json` prints, likewise. */
interface Backfilled {
  readonly outcome: string;
  readonly logsAccepted: number;
}

const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;

/** Returns how many duplicate rows backfills put into Azure. */
export async function audits(scene: Scene): Promise<number> {
  const { checks, ends, pipelines } = scene;
  await checks.check('audit finds every log settled, with exit code 0', async () => {
    const all = ends.written().length;
    for (const { name } of pipelines) {
      const { logs } = await audit(scene, name, 0);
      mustBe(logs.settled === all && logs.missing === 0, `${name}: ${JSON.stringify(logs)} of ${all}`);
    }
    return `${all} of ${all} by both ledgers, read off the functions' log lines`;
  });
  return (await skipped(scene)) + (await halfAnHour(scene));
}

/** Returns likewise, besides what only a backfill has brought. */
async function skipped(scene: Scene): Promise<number> {
  const { checks, ends, operator } = scene;
  const { received } = ends.azure;
  const logs = await skip(scene);
  const own = logs.filter(one => one.pipeline === 'collector');
  let command = '';
  let twice = 0;
  await checks.check('audit names the logs that were skipped, with exit code 1', async () => {
    const { missingLogIds, remedy } = await audit(scene, 'collector', 1);
    mustBe(`${missingLogIds}` === `${logs.map(({ id }) => id)}`, `missing: ${missingLogIds}`);
    command = remedy[0]?.command ?? '';
    return `${missingLogIds.length} missing, the first one ${missingLogIds[0]}`;
  });
  await checks.check('the command that audit prints ships them, and nothing is missing then', async () => {
    mustBe(command !== '', 'it has printed none');
    const { records } = received;
    const words = [...command.split(' ').slice(2), '--yes'];
    const { outcome, logsAccepted } = await operator.ask<Backfilled>(0, ...words);
    const lost = own.filter(({ id }) => received.count(id) !== 1);
    mustBe(outcome === 'complete' && lost.length === 0, `it ended ${outcome}; ${lost.length} are not there`);
    twice = logsAccepted - own.length;
    await operator.type(0, ...words);
    const rows = received.records - records;
    mustBe(rows === logsAccepted, `${rows} rows came, and it tells of ${logsAccepted}`);
    const { logs: counts } = await audit(scene, 'collector', 0);
    mustBe(counts.settled === counts.atAuth0, JSON.stringify(counts));
    return `$ ${command.replace(operator.state, 'STATE')}; ${logsAccepted} accepted; a second time it does nothing`;
  });
  return twice;
}

async function halfAnHour(scene: Scene): Promise<number> {
  const { checks, ends, operator } = scene;
  const { received } = ends.azure;
  const pipeline = pipelineNamed(scene, 'ingestion');
  let shipped = 0;
  await checks.check('a backfill ships a past window once more, beside the schedule', async () => {
    const fromMs = wholeSecond(Date.now() - 4 * HOUR_MS);
    const toMs = fromMs + HOUR_MS / 2;
    const isIn = (ms: number) => ms >= fromMs && ms < toMs;
    const window = ends.written().filter(one => one.pipeline === pipeline.name && isIn(one.dateMs));
    const before = { records: received.records, checkpoint: await pipeline.checkpoint() };
    const times = ['--from', new Date(fromMs).toISOString(), '--to', new Date(toMs).toISOString()];
    const place = ['--pipeline', pipeline.name, '--state', operator.state];
    const told = await operator.ask<Backfilled>(0, 'backfill', ...times, ...place, '--yes');
    shipped = told.logsAccepted;
    const rows = received.records - before.records;
    mustBe(rows === shipped, `${rows} rows came, and it tells of ${shipped}`);
    const others = window.filter(({ id }) => received.count(id) !== 2);
    mustBe(
      window.length > 0 && others.length === 0,
      `${others.length} of ${window.length} are not twice there`,
    );
    mustBe((await pipeline.checkpoint()) === before.checkpoint, 'it has moved the checkpoint');
    return `all ${window.length} logs of half an hour, and ${shipped - window.length} after it, are in Azure twice now`;
  });
  return shipped;
}

function audit({ operator }: Scene, pipeline: PipelineName, exitCode: 0 | 1): Promise<Audited> {
  const place = ['--pipeline', pipeline, '--state', operator.state];
  return operator.ask<Audited>(exitCode, 'audit', '--from', '7h', ...place);
}

const wholeSecond = (ms: number) => Math.floor(ms / SECOND_MS) * SECOND_MS;
