/** Last chapter: what the functions logged, what they may do, what arrived, and what stays when the stack is deleted. */
import Table from 'cli-table3';
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from '../../lambda/core/contract.ts';
import { mustBe, until } from './checks.ts';
import { missing, type Scene, type Whereabouts, whereabouts } from './scene.ts';

export async function metrics(scene: Scene): Promise<void> {
  const { checks, ends, pipelines } = scene;
  await checks.check('the lines of runs and replays count what Azure counts', async () => {
    const accepted = async () => {
      const reports = await Promise.all(pipelines.flatMap(one => [one.runs(), one.replays()]));
      return reports.flat().reduce((all, report) => all + report.logsAccepted, 0);
    };
    const isTold = async () => (await accepted()) === ends.azure.received.records;
    // A function's lines are there when it has ended.
    await until(
      10,
      isTold,
      async () => `logsAccepted ${await accepted()}; rows in Azure: ${ends.azure.received.records}`,
    );
    return `logsAccepted ${await accepted()} in all`;
  });
  await checks.check('metrics are in the log groups, told apart by pipeline and stack', async () => {
    const lines = (await Promise.all(pipelines.map(one => one.metricLines()))).flat();
    const named = new Set<string>();
    for (const line of lines) {
      const [metric] = (line['_aws'] as EmbeddedMetrics).CloudWatchMetrics;
      const isOurs =
        metric?.Namespace === METRIC_NAMESPACE &&
        `${metric.Dimensions}` === `${Object.values(METRIC_DIMENSIONS)}`;
      const isWhole = Object.values(METRIC_DIMENSIONS).every(name => typeof line[name] === 'string');
      mustBe(isOurs && isWhole, `a line of another kind: ${JSON.stringify(line)}`);
      for (const { Name } of metric!.Metrics) named.add(Name);
    }
    mustBe(named.has(METRICS.lagSeconds), 'no run has told its lag');
    const strange = [...named].filter(name => !Object.values<string>(METRICS).includes(name));
    mustBe(strange.length === 0, `not in the contract: ${strange.join(', ')}`);
    return `${lines.length} lines, ${named.size} metrics`;
  });
}

interface EmbeddedMetrics {
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly string[][];
    readonly Metrics: readonly { readonly Name: string }[];
  }[];
}

export async function privileges(scene: Scene): Promise<void> {
  const { checks, raw, enforcesIam, pipelines } = scene;
  if (!enforcesIam) return checks.say('skipped: least privilege, since there is no openssl (see above)');
  await checks.check('the functions are allowed all that they need', async () => {
    const lines = (await Promise.all(pipelines.map(one => one.lines()))).flat();
    const refused = lines.filter(line => /AccessDenied|not authorized to perform/i.test(line));
    mustBe(refused.length === 0, `refused ${refused.length} times: ${refused[0]}`);
    return `no AccessDenied in ${lines.length} log lines`;
  });
  await checks.check('and the emulator does enforce that', async () => {
    const [pipeline] = pipelines;
    const role = pipeline!.roles.ship;
    await raw.putRolePolicy(role, 'test', { Effect: 'Deny', Action: 'dynamodb:*', Resource: '*' });
    const denied = pipeline!.ship().finally(() => raw.deleteRolePolicy(role, 'test'));
    const { outcome, message = '' } = await denied;
    mustBe(outcome === 'failed' && message.includes('AccessDenied'), `the run ended ${outcome}: ${message}`);
    const { outcome: after } = await pipeline!.ship();
    mustBe(after === 'caught-up', `with its rights back, the run ended ${after}`);
    return `with its table denied to a function, the run says: ${message}`;
  });
}

/** @param again duplicate rows in Azure from what the operator did */
export async function reconcile(scene: Scene, again: number, print: (line: string) => void): Promise<void> {
  const { checks, ends, pipelines } = scene;
  const { received } = ends.azure;
  const held = async (queue: 'retry' | 'dead-letter') =>
    (await Promise.all(pipelines.map(one => one.held(queue)))).flat(2).length;
  const lost = await missing(scene);
  const dead = await held('dead-letter');
  const retry = await held('retry');
  const generated = ends.auth0.tenant.ids().size;
  const table = new Table({
    colAligns: ['left', 'right', 'left'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  table.push(
    ['generated', generated, 'logs written by the simulated tenant'],
    ['accepted', received.records, 'rows in the simulated workspace'],
    ['  unique', received.unique, 'different logs among them'],
    ['  duplicates', received.duplicates, `the same LogId once more; ${again} by the operator`],
    ['retry queue', retry, 'logs left on it'],
    ['dead-lettered', dead, 'logs left on that queue; replayed ones are in Azure'],
    ['missing', lost.length, 'neither in Azure nor on a queue'],
  );
  print(table.toString());
  await checks.check('nothing is missing', async () => {
    mustBe(lost.length === 0, `lost: ${lost.slice(0, 5).join(', ')}; ${await whereabouts(scene)}`);
    mustBe(received.unique === generated, `only ${received.unique} of ${generated} logs are in Azure`);
    return `${generated} generated = ${received.unique} unique + 0 missing`;
  });
  await checks.check('nothing is there once more but by what the operator did', async () => {
    mustBe(received.duplicates === again, `${received.duplicates} duplicates, ${again} by the operator`);
    return `${again} rows, by "checkpoint set" and "backfill"`;
  });
}

type DestroyScene = Pick<Scene, 'checks' | 'cdk' | 'raw'> & Pick<Whereabouts, 'pipelines'>;

export async function destroy(scene: DestroyScene): Promise<void> {
  const { checks, cdk, raw, pipelines } = scene;
  await checks.check('cdk destroy ends the schedule and keeps the table and the queues', async () => {
    const before = await Promise.all(pipelines.map(one => one.checkpoint()));
    await cdk.destroy();
    for (const [i, { name, output, ...pipeline }] of pipelines.entries()) {
      mustBe(!(await raw.functionConfiguration(output.shipFunction)), `${name}: the ship function is left`);
      mustBe((await pipeline.tableStatus()) === 'ACTIVE', `${name}: the table is gone`);
      mustBe((await pipeline.checkpoint()) === before[i], `${name}: the checkpoint is another`);
      mustBe((await pipeline.queuesExist()) === true, `${name}: a queue is gone`);
    }
    const schedules = await raw.schedules();
    mustBe(schedules.length === 0, `schedules are left: ${schedules}`);
    return 'functions and schedules gone; both tables with their checkpoints, and all queues, still there';
  });
}
