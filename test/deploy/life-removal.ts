/** A pipeline is taken out of the configuration. */
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { mustBe, until } from './checks.ts';
import { clients } from './deployed.ts';
import { configs, configure, inAnOutage, putAside, shipsOn } from './life.ts';
import { type AfterRename, refused } from './life-rename.ts';
import { pipelineNamed } from './scene.ts';

/** What `replay --list --json` prints, as far as it matters here. */
interface Listed {
  readonly letters: readonly { readonly problem?: string; readonly logs: number }[];
}

export async function removed(life: AfterRename): Promise<AfterRename> {
  const { scene, ends, commands, bars } = life;
  const { checks, raw, operator } = scene;
  const ingestion = pipelineNamed(scene, 'ingestion');
  const { shipFunction, retryQueueUrl } = ingestion.output;
  const everything = { ends, pipelines: [bars.deployed, ingestion] };

  await checks.check('a pipeline that has vanished from the configuration is not removed', async () => {
    await configure(life, [bars.config]);
    const told = await refused(commands.deploy(), 'Pipeline "ingestion" is deployed');
    mustBe((await raw.functionConfiguration(shipFunction)) !== undefined, 'its function is gone');
    return `${told}; ${await shipsOn(everything)}`;
  });
  await checks.check('nor is the stack turned into nested ones, which would be empty', async () => {
    await configure(life, [bars.config, configs(life).ingestion], { stack: { nested: true } });
    return refused(commands.deploy(), 'Pipeline "bars" is deployed flat, and would be created again nested');
  });
  await checks.check('it is removed once that is said; table, queues and their policies stay', async () => {
    await inAnOutage(life, async () => {
      await putAside({ ends, pipelines: [ingestion] });
      await configure(life, [bars.config], { removed: ['ingestion'] });
      await commands.deploy();
    });
    mustBe(!(await raw.functionConfiguration(shipFunction)), 'its function is left');
    mustBe((await ingestion.tableStatus()) === 'ACTIVE', 'its table is gone');
    mustBe((await ingestion.held('retry')).length > 0, 'what waited is gone');
    const { sqs } = clients(life.aws.endpoint, raw);
    const attributes = new GetQueueAttributesCommand({ QueueUrl: retryQueueUrl, AttributeNames: ['Policy'] });
    const { Attributes: { Policy: policy = '' } = {} } = await sqs.send(attributes);
    mustBe(policy.includes('aws:SecureTransport'), `the queue takes what comes without TLS: ${policy}`);
    return `${(await ingestion.held('retry')).flat().length} logs wait on a queue without a stack`;
  });
  await checks.check('replay --queue finds what waits there', async () => {
    let last = '';
    const look = async () => {
      const list = ['replay', '--list', '--queue', retryQueueUrl, '--pipeline', 'bars'];
      const { letters } = await operator.ask<Listed>(0, ...list);
      last = JSON.stringify(letters);
      return letters.length > 0 && letters.every(one => one.problem?.includes('"ingestion"')) && letters;
    };
    // Postponed when its function was still there.
    const letters = await until(60, look, async () => last);
    return `${letters.length} of pipeline "ingestion", ${letters.reduce((sum, one) => sum + one.logs, 0)} logs`;
  });
  return life;
}
