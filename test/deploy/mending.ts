/** What an operator on call does: replay dead letters, set a checkpoint, find a lost log and ship it. */
import { mustBe, until } from './checks.ts';
import { findings } from './looking.ts';
import { pipelineNamed, type Scene, whereabouts } from './scene.ts';
import type { Written } from './tenant.ts';

/** What `replay --list --json` prints, as far as it matters here. */
interface Listed {
  readonly letters: readonly {
    readonly pipeline: string;
    readonly id: string;
    readonly firstLogId: string;
    readonly reason: { readonly verdict: string; readonly status?: number; readonly code?: string };
  }[];
}

/** What `checkpoint set --json` prints, likewise. */
interface CheckpointSet {
  readonly from: { readonly logId: string };
  readonly to: { readonly logId: string };
  readonly logsBetween: number;
  readonly set: boolean;
}

/** Logs that the checkpoint is set back by. */
const BACK = 40;
/** Logs that it is set forward by. */
const SKIPPED = 30;

/** Of dead letters, one a pipeline, which Azure would reject again. */
export async function deadLettersSeen(scene: Scene, poisonIds: readonly string[]): Promise<void> {
  const { checks, enforcesIam, operator, pipelines } = scene;
  const areThere = async () =>
    (await Promise.all(pipelines.map(one => one.held('dead-letter')))).flat().length === poisonIds.length;
  await checks.check('status and replay name the dead letters, and why', async () => {
    const seen = await findings(operator);
    const expected = pipelines.map(({ name }) => `${name}: 1 dead letter, see docs/runbook.md#dead-letters`);
    mustBe(`${seen}` === `${expected}`, `status finds: ${seen}`);
    const { letters } = await operator.ask<Listed>(0, 'replay', '--list');
    const listed = letters.map(({ firstLogId }) => firstLogId);
    mustBe(`${listed.toSorted()}` === `${poisonIds.toSorted()}`, `it lists ${JSON.stringify(letters)}`);
    const [first] = letters;
    const { stdout } = await operator.type(0, 'replay', '--show', first!.id.slice(0, 8));
    const isShown = stdout.includes(first!.firstLogId) && stdout.includes('Values are masked');
    mustBe(isShown, `--show shows:\n${stdout}`);
    const reasons = letters.map(({ pipeline, reason: { verdict, status, code } }) =>
      [`${pipeline}:`, verdict, status, code].filter(Boolean).join(' '),
    );
    return reasons.join(', ');
  });
  await checks.check('a dry run of replay moves none of them', async () => {
    const { stdout } = await operator.type(0, 'replay', '--dry-run');
    const [told] = /^dry run: 2 dead letters \(2 logs\) would be moved.*$/m.exec(stdout) ?? [];
    mustBe(told !== undefined, `it says:\n${stdout}`);
    mustBe(await areThere(), 'dead letters are gone');
    return told;
  });
  if (!enforcesIam) return;
  await checks.check('a replay that AWS does not allow moves none either, and says why', async () => {
    const replay = () => operator.type(1, 'replay', '--yes');
    const { stderr } = await operator.amended('Deny', 'sqs:SendMessage', replay);
    const [told] =
      /^error: .*AWS does not allow sqs:SendMessage with these credentials.*$/m.exec(stderr) ?? [];
    mustBe(told !== undefined, `it says:\n${stderr}`);
    mustBe(await areThere(), 'dead letters are gone');
    return told;
  });
}

/** A checkpoint set by hand. Returns how many duplicate rows that puts into Azure. */
export async function setBack(scene: Scene): Promise<number> {
  const { checks, ends, operator } = scene;
  const { received } = ends.azure;
  const pipeline = pipelineNamed(scene, 'collector');
  const written = ends.written();
  const place = written.at(-BACK - 1)!.id;
  const again = written.slice(-BACK).filter(one => one.pipeline === pipeline.name);
  const set = ['checkpoint', 'set', place, '--pipeline', pipeline.name];

  await checks.check('checkpoint set is refused while a run holds the lease', async () => {
    ends.auth0.faults.logs.always({ kind: 'hang-headers' });
    const run = pipeline.ship();
    try {
      await until(
        20,
        () => pipeline.isLeased(),
        () => whereabouts(scene),
      );
      const { stderr } = await operator.type(1, ...set, '--yes');
      mustBe(/held until .+; nothing was changed/.test(stderr), `it says: ${stderr}`);
      const { stdout } = await operator.type(0, 'status', '--pipeline', pipeline.name);
      mustBe(stdout.includes(`${pipeline.name}: healthy: a run is in progress`), `status says:\n${stdout}`);
    } finally {
      ends.auth0.faults.logs.clear();
    }
    const { outcome } = await run;
    mustBe(outcome === 'caught-up', `that run ended ${outcome}`);
    return 'exit code 1; status: a run is in progress, which then ended as if nothing had been';
  });
  let twice = 0;
  await checks.check('set back, the pipeline ships from there once more, without a gap', async () => {
    const before = { checkpoint: await pipeline.checkpoint(), duplicates: received.duplicates };
    const plan = await operator.ask<CheckpointSet>(0, ...set, '--dry-run');
    mustBe(plan.logsBetween === BACK, `the dry run counts ${plan.logsBetween} logs`);
    mustBe((await pipeline.checkpoint()) === before.checkpoint, 'the dry run has moved the checkpoint');
    await untilSet(scene, () => operator.ask<CheckpointSet>(0, ...set, '--yes'));
    await pipeline.ship();
    const once = again.filter(({ id }) => received.count(id) < 2);
    mustBe(once.length === 0, `${once.length} of ${again.length} logs did not come once more`);
    // The sweep for late logs may also ship its window again: it does not know which of them were passed.
    const most = ({ id, pipeline: owner }: Written) => (owner !== pipeline.name ? 1 : id > place ? 3 : 2);
    const others = written.filter(one => received.count(one.id) > most(one));
    mustBe(others.length === 0, `${others.length} logs came more often than run and sweep explain`);
    twice = received.duplicates - before.duplicates;
    const { stdout } = await operator.type(0, 'checkpoint', 'get', '--pipeline', pipeline.name);
    mustBe(/set by hand +\S+@/.test(stdout), `checkpoint get shows:\n${stdout}`);
    mustBe((await pipeline.checkpoint()) === before.checkpoint, 'the checkpoint is not where it was before');
    return `${BACK} logs back, ${again.length} of them this pipeline's; rows in Azure once more: ${twice}`;
  });
  return twice;
}

/** A checkpoint set past logs that were not shipped. Returns these logs: nothing brings them but a backfill. */
export async function skip(scene: Scene): Promise<readonly Written[]> {
  const { checks, ends, operator } = scene;
  const pipeline = pipelineNamed(scene, 'collector');
  let skipped: readonly Written[] = [];
  await checks.check('a checkpoint is set past logs only by one who says so twice', async () => {
    const done = await untilSet(scene, async () => {
      const { lastId } = ends.write(SKIPPED);
      const set = ['checkpoint', 'set', lastId, '--pipeline', pipeline.name, '--yes'];
      await operator.type(2, ...set);
      return operator.ask<CheckpointSet>(0, ...set, '--skip-logs');
    });
    const { from, to } = done;
    skipped = ends.written().filter(({ id }) => id > from.logId && id <= to.logId);
    mustBe(done.logsBetween === skipped.length, `it counts ${done.logsBetween}, not ${skipped.length} logs`);
    ends.write(10);
    for (const one of scene.pipelines) await one.ship();
    const came = skipped.filter(one => one.pipeline === pipeline.name && ends.azure.received.has(one.id));
    mustBe(came.length === 0, `${came.length} of them came all the same`);
    return `with --yes alone exit code 2; with --skip-logs ${done.logsBetween} logs are skipped, and runs go on after them`;
  });
  return skipped;
}

/** Again while a tick holds the lease, as it asks for, or has shipped before. */
async function untilSet(scene: Scene, set: () => Promise<CheckpointSet>): Promise<CheckpointSet> {
  let last = '';
  const isSet = async () => {
    const told = await set().catch((error: Error) => error);
    last = told instanceof Error ? told.message : JSON.stringify(told);
    return !(told instanceof Error) && told.set && told;
  };
  return until(30, isSet, async () => `${last}; ${await whereabouts(scene)}`);
}
