/** What an operator on call sees of the deployed pipelines, healthy and unhealthy. It changes nothing. */
import { specOf } from '../../lambda/destinations/all.ts';
import type { Ended } from '../../simulator/aws/ministack/child.ts';
import { mustBe, until } from './checks.ts';
import type { Operator } from './operator.ts';
import { arrivals, type Scene } from './scene.ts';
import { KIND_OF, PIPELINES, type PipelineName } from './tenant.ts';

/** What `status --json` prints, as far as it matters here. */
interface Status {
  readonly well: boolean;
  readonly pipelines: readonly {
    readonly pipeline: PipelineName;
    readonly findings: readonly { readonly what: string; readonly runbook: string }[];
    readonly unanswered: readonly string[];
    readonly checkpoint: { readonly logId: string } | null;
    readonly rateLimit: object | null;
    readonly queues: { readonly retry: { readonly messages: number } } | null;
  }[];
}

/** What `doctor --json` prints, likewise. */
interface Doctor {
  readonly pipelines: readonly {
    readonly pipeline: PipelineName;
    readonly findings: readonly { readonly check: string; readonly level: string; readonly text: string }[];
  }[];
}

/** Of two pipelines that are as well as they can be. */
const notOk = (pipeline: PipelineName): string => {
  const { notice, rule } = specOf({ kind: KIND_OF[pipeline] });
  const checks = [notice && `${notice(Date.now()).check}: warning`, rule && 'dcr columns: not checked'];
  return checks.filter(check => check !== undefined).join(', ');
};
/** An alarm, and its place in the runbook. */
const ALARM = 'run-errors';
const FROM = ['--from', '7h'];

export async function allIsWell(scene: Scene): Promise<void> {
  const { checks, ends, operator, pipelines } = scene;
  const { received } = ends.azure;
  checks.say(`somebody looks, ${operator.rights}`);
  const lastId = ends.written().at(-1)?.id;
  await checks.check('status says that all is well, with exit code 0', async () => {
    const { stdout } = await operator.type(0, 'status');
    const verdicts = stdout.split('\n').filter(line => /^\w+: healthy: /.test(line));
    mustBe(verdicts.length === pipelines.length, `it says:\n${stdout}`);
    const { well, pipelines: all } = await operator.ask<Status>(0, 'status');
    const isWhole = all.every(
      one => one.unanswered.length === 0 && one.checkpoint?.logId === lastId && one.rateLimit !== null,
    );
    mustBe(well && isWhole, `with --json: ${JSON.stringify(all)}`);
    return verdicts.join('; ');
  });
  await checks.check('status names an alarm in ALARM state, with exit code 1', async () => {
    const [pipeline] = pipelines;
    await pipeline!.setAlarm(ALARM, 'ALARM');
    const seen = await findings(operator).finally(() => pipeline!.setAlarm(ALARM, 'OK'));
    const expected = [`${pipeline!.name}: alarm ${ALARM} is in ALARM state, see docs/runbook.md#${ALARM}`];
    mustBe(`${seen}` === `${expected}`, `it finds: ${seen}`);
    return `${seen}`;
  });
  await checks.check('doctor finds no error, and changes nothing', async () => {
    const { records } = received;
    const { pipelines: all } = await operator.ask<Doctor>(0, 'doctor');
    for (const { pipeline, findings: found } of all) {
      // Whether Azure dropped rows depends on an Azure login, which this machine need not have.
      const others = found
        .filter(({ check, level }) => level !== 'ok' && check !== 'dropped rows')
        .map(one => `${one.check}: ${one.level}`);
      mustBe(`${others}` === notOk(pipeline), `${pipeline}: ${JSON.stringify(found)}`);
    }
    mustBe(received.records === records, 'rows came to Azure');
    const count = all.reduce((sum, one) => sum + one.findings.length, 0);
    return `${count} findings, all ok but ${PIPELINES.map(notOk).join(' and ')}`;
  });
  await checks.check('dry-run reads every log, and posts none', async () => {
    const { records, posts } = received;
    const told = await operator.ask<{ readonly logsRead: number; readonly samples: readonly object[] }>(
      0,
      ...['dry-run', '--pipeline', 'ingestion', ...FROM, '--max', '10000'],
    );
    const { all } = arrivals(scene);
    mustBe(told.logsRead === all && told.samples.length === 3, `it read ${told.logsRead} of ${all} logs`);
    mustBe(received.records === records && received.posts === posts, 'something was posted');
    return `${told.logsRead} read, three samples printed, no post`;
  });
  await checks.check('checkpoint get shows where both pipelines are', async () => {
    type Got = { readonly pipelines: readonly { readonly checkpoint: { readonly logId: string } | null }[] };
    const { pipelines: all } = await operator.ask<Got>(0, 'checkpoint', 'get');
    const isThere = all.length === pipelines.length && all.every(one => one.checkpoint?.logId === lastId);
    mustBe(isThere, JSON.stringify(all));
    return `both at ${lastId}`;
  });
  await unknownStack(scene);
}

async function unknownStack({ checks, enforcesIam, operator }: Scene): Promise<void> {
  const look = 'cloudformation:DescribeStacks';
  const ask = () => operator.type(2, 'status', '--stack', 'NoSuchStack');
  await checks.check('a stack that does not exist is told in a line, with exit code 2', async () => {
    const told = errorLine(await operator.amended('Allow', look, ask));
    const there = `does not exist; stacks with pipelines there: ${operator.stack};`;
    mustBe(told.includes(`stack "NoSuchStack" in us-east-1 ${there}`), told);
    if (!enforcesIam) return told;
    const refused = errorLine(await ask());
    mustBe(refused.includes(`AWS does not allow ${look} of stack "NoSuchStack"`), refused);
    return `${told}; to one who may look at the own stack only: ${refused}`;
  });
}

/** While both APIs of Azure are down: writes some logs, since a run with nothing to ship does not notice. */
export async function outageSeen({ checks, ends, operator, pipelines }: Scene): Promise<void> {
  await checks.check('in an outage of Azure, status says so, with exit code 1', async () => {
    let last = '';
    const expected = pipelines.map(({ name }) => `${name}: Azure is unavailable, see docs/runbook.md#lag`);
    // Again when a tick with nothing to ship came between run and look.
    const look = async () => {
      ends.write(20);
      await Promise.all(pipelines.map(pipeline => pipeline.ship()));
      last = `${await findings(operator).catch((error: Error) => [error.message])}`;
      return last === `${expected}`;
    };
    await until(30, look, async () => last);
    return last;
  });
}

/** What `doctor` finds wrong when all credentials are rotated elsewhere. */
const DENIED = {
  collector: ['auth0 token', 'azure', 'last run'],
  ingestion: ['auth0 token', 'entra token', 'last run'],
} as const;

/** While Auth0 rejects the credentials of both pipelines, and Azure would. */
export async function denialSeen({ checks, operator, pipelines }: Scene): Promise<void> {
  await checks.check('status and doctor say who denies, with exit code 1', async () => {
    const seen = await findings(operator);
    const expected = pipelines.map(
      ({ name }) => `${name}: Auth0 rejected the credentials (401), see docs/runbook.md#denied-by-auth0`,
    );
    mustBe(`${seen}` === `${expected}`, `status finds: ${seen}`);
    const { pipelines: all } = await operator.ask<Doctor>(1, 'doctor');
    for (const { pipeline, findings: found } of all) {
      const errors = found.filter(({ level }) => level === 'error').map(({ check }) => check);
      mustBe(`${errors}` === `${DENIED[pipeline]}`, `doctor finds of ${pipeline}: ${JSON.stringify(found)}`);
    }
    return `${seen}; doctor names those, too, whom a run has not come to: ${DENIED.collector} and ${DENIED.ingestion}`;
  });
}

/** All that `status` finds, a line each; it must be something. */
export async function findings(operator: Operator): Promise<string[]> {
  const { well, pipelines } = await operator.ask<Status>(1, 'status');
  mustBe(!well, 'with --json it says that all is well, and ends with 1');
  return pipelines.flatMap(({ pipeline, findings: found }) =>
    found.map(({ what, runbook }) => `${pipeline}: ${what}, see ${runbook}`),
  );
}

/** The one line that reports an error, without "error: ". */
function errorLine({ stdout, stderr }: Ended): string {
  const [, line] = /^error: ([^\n]+)\n$/.exec(stderr) ?? [];
  mustBe(line !== undefined && stdout === '', `it is no single line: ${stdout}${stderr}`);
  return line;
}
