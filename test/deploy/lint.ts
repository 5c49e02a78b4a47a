/**
 * `npm run lint:templates`: cfn-lint, which knows CloudFormation's own schemas of every region, on the templates of a dozen
 * configurations. https://github.com/aws-cloudformation/cfn-lint
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { PipelinesStack } from '../../cdk/stack.ts';
import { parseDeployment } from '../../lambda/config/config.ts';
import { runToEnd } from '../../simulator/aws/ministack/child.ts';
import { pythonPrograms } from '../../simulator/aws/ministack/python.ts';
import { SOME } from '../destinations/samples.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const GUID = '01234567-89ab-cdef-0123-456789abcdef';
const auth0 = { domain: 'acme.eu.auth0.com', secret: 'auth0-logs/prod/auth0', logRetentionDays: 10 };
const some = {
  name: 'prod',
  auth0,
  azure: SOME.azure,
};
const ingestion = {
  kind: 'logs-ingestion',
  endpoint: 'https://acme.westeurope-1.ingest.monitor.azure.com',
  dcrImmutableId: `dcr-${'0'.repeat(32)}`,
  tenantId: GUID,
  clientId: GUID,
};
const named = (name: string) => ({ ...some, name });
const adopt = { checkpointTable: 'old-table', retryQueue: 'old-retry', deadLetterQueue: 'old-dead' };
const vpc = {
  id: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
};
const kmsKeyArn = (partition: string, region: string) =>
  `arn:${partition}:kms:${region}:123456789012:key/${GUID}`;

/** What each has of its own is in its name. */
const CONFIGURATIONS: Readonly<Record<string, object>> = {
  [SOME.azure.kind]: { pipelines: [some] },
  'client-secret': {
    pipelines: [{ ...some, azure: { ...ingestion, secret: 'auth0-logs/prod/azure' } }],
  },
  federated: { pipelines: [{ ...some, azure: { ...ingestion, auth: 'federated' } }] },
  'cron-and-addresses': {
    pipelines: [
      {
        ...some,
        schedule: 'cron(0/5 8-17 ? * MON-FRI *)',
        scheduleTimeZone: 'Europe/Berlin',
        alarms: { email: ['a@acme.com', 'b@acme.com'], https: ['https://acme.com/alarms'], lagMinutes: 1440 },
      },
    ],
  },
  'slow-rate': { pipelines: [{ ...some, schedule: 'rate(40 hours)' }] },
  'topic-and-arns': {
    pipelines: [
      {
        ...some,
        auth0: { ...auth0, secret: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:auth0-AbCdEf' },
        alarms: { topicArn: 'arn:aws:sns:eu-west-1:123456789012:ops' },
      },
    ],
    stack: { account: '123456789012', region: 'eu-west-1' },
  },
  many: { pipelines: Array.from({ length: 10 }, (_, n) => named(`tenant-${n}`)) },
  nested: { pipelines: [named('one'), named('two')], stack: { nested: true } },
  adopted: { pipelines: [{ ...some, adopt, previousNames: ['bars'] }], removed: ['gone'] },
  'adopted-nested': { pipelines: [{ ...some, adopt }], stack: { nested: true, createSecrets: false } },
  everything: {
    pipelines: [some],
    stack: {
      account: '123456789012',
      region: 'eu-west-1',
      memorySizeMb: 1024,
      logRetentionDays: 365,
      runbookUrl: 'https://acme.com/runbook',
      kmsKeyArn: kmsKeyArn('aws', 'eu-west-1'),
      permissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/bounds',
      vpc: { ...vpc, securityGroupIds: ['sg-0123456789abcdef0'] },
      tags: { team: 'security', 'cost:centre': '42' },
    },
  },
  passing: { pipelines: [some], stack: { state: 'destroy' } },
  government: {
    pipelines: [
      {
        ...some,
        azure: {
          ...ingestion,
          auth: 'federated',
          cloud: 'us-gov',
          endpoint: 'https://acme.usgovvirginia-1.ingest.monitor.azure.us',
        },
      },
    ],
    stack: {
      account: '123456789012',
      region: 'us-gov-west-1',
      kmsKeyArn: kmsKeyArn('aws-us-gov', 'us-gov-west-1'),
      vpc,
    },
  },
  china: {
    pipelines: [{ ...some, adopt }, named('second')],
    stack: {
      account: '123456789012',
      region: 'cn-north-1',
      kmsKeyArn: kmsKeyArn('aws-cn', 'cn-north-1'),
      vpc,
    },
  },
};
/** Of those that have none of their own. */
const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-2'];

/** CDK writes a DependsOn for a role that the function names anyway: no fault, and not ours. */
const IGNORED = 'W3005';

/** Bundles of one line: a template does not depend on their content. */
async function bundles(folder: string): Promise<void> {
  for (const name of ['ship', 'replay', 'guard']) {
    await mkdir(join(folder, 'dist', name), { recursive: true });
    await writeFile(join(folder, 'dist', name, 'index.mjs'), 'export const handler = () => undefined;\n');
  }
}

/** Files of templates, and the regions that they are for. */
async function synthesised(name: string, given: object, folder: string) {
  const { context } = JSON.parse(await readFile(join(ROOT, 'cdk.json'), 'utf8'));
  const { pipelines, removed, stack: around } = parseDeployment(given);
  const outdir = join(folder, name);
  const app = new App({ context, outdir, autoSynth: false });
  const options = { dist: join(folder, 'dist') };
  new PipelinesStack(app, 'Auth0LogsToAzure', { pipelines, removed, around, options });
  app.synth();
  const files = (await readdir(outdir)).filter(file => file.endsWith('.template.json'));
  return { files: files.map(file => join(outdir, file)), regions: around.region ? [around.region] : REGIONS };
}

async function main(): Promise<number> {
  const stop = new AbortController();
  const programs = await pythonPrograms(console.log, stop.signal);
  const folder = await mkdtemp(join(tmpdir(), 'auth0-logs-to-azure-lint-'));
  let failed = 0;
  try {
    await bundles(folder);
    for (const [name, given] of Object.entries(CONFIGURATIONS)) {
      const { files, regions } = await synthesised(name, given, folder);
      const args = [
        '--format',
        'parseable',
        '--ignore-checks',
        IGNORED,
        '--regions',
        ...regions,
        '--template',
        ...files,
      ];
      const env = { PATH: process.env['PATH'], HOME: folder };
      const { end, output } = await runToEnd(join(programs, 'cfn-lint'), args, { env, signal: stop.signal });
      if (end !== 0) failed++;
      const templates = `${files.length} template${files.length === 1 ? '' : 's'}`;
      console.log(`${end === 0 ? 'ok    ' : 'FAILED'}  ${name}: ${templates}, ${regions.join(', ')}`);
      if (end !== 0) console.log(output.replaceAll(folder, ''));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const count = Object.keys(CONFIGURATIONS).length;
  console.log(`${count - failed} of ${count} configurations without an error`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
