/** MiniStack, an emulator of AWS: https://pypi.org/project/ministack */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { run, start } from './child.ts';

export interface MiniStack {
  /** `https://127.0.0.1:PORT`, which this process trusts; http without openssl. */
  readonly endpoint: string;
  /** Whether it checks every call against IAM policies. */
  readonly enforcesIam: boolean;
  /** What leads an AWS SDK, and the CDK, there and away from everything of the user's own. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface MiniStackOptions {
  /** Folder of the program `ministack`. */
  readonly programs: string;
  /** Folder of the `node` that runs the functions. */
  readonly nodeFolder: string;
  /** Where it may write. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

const START_LIMIT_MS = 30_000;

/** Starts it on a free port of 127.0.0.1, in memory. Throws with its output when it does not come up. */
export async function startMiniStack(options: MiniStackOptions): Promise<MiniStack> {
  const { programs, nodeFolder, scratch, signal } = options;
  const path = [nodeFolder, process.env['PATH']].join(delimiter);
  // Queues and buckets deny what comes without TLS, so IAM can be enforced only with a certificate: openssl makes it.
  const enforcesIam = await run('openssl', ['version'], { env: { PATH: path }, signal }).then(
    () => true,
    () => false,
  );
  const port = await freePort();
  const endpoint = `${enforcesIam ? 'https' : 'http'}://127.0.0.1:${port}`;
  const temporary = join(scratch, 'ministack');
  await mkdir(temporary);
  const child = start(join(programs, 'ministack'), [], {
    cwd: scratch,
    // All of it, since the functions inherit it.
    env: {
      PATH: path,
      HOME: scratch,
      TMPDIR: temporary,
      // Every network interface, without it.
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: '127.0.0.1',
      LAMBDA_EXECUTOR: 'local',
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      ...(enforcesIam && { AUTH: 'true', USE_SSL: '1' }),
    },
  });
  const certificate = join(temporary, 'ministack-tls', 'server.crt');
  let problem: string | undefined;
  void child.ended.then(end => {
    problem = `ended with ${end}`;
  });
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  while (!(await isHealthy(endpoint, enforcesIam ? certificate : undefined))) {
    if (limit.aborted) problem = `was not ready after ${START_LIMIT_MS / 1000} s`;
    if (problem !== undefined || signal.aborted) {
      await child.stop();
      throw new Error(`the emulator of AWS ${problem ?? 'was stopped'}:\n${child.output().slice(-4_000)}`);
    }
    await sleep(100);
  }
  return {
    endpoint,
    enforcesIam,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...(enforcesIam && { AWS_CA_BUNDLE: certificate }),
    },
    stop: child.stop,
  };
}

/** Trusts the certificate, too, once it is written. */
async function isHealthy(endpoint: string, certificate: string | undefined): Promise<boolean> {
  if (certificate !== undefined) {
    if (!existsSync(certificate)) return false;
    setDefaultCACertificates([...getCACertificates('bundled'), readFileSync(certificate, 'utf8')]);
  }
  return fetch(`${endpoint}/_ministack/health`).then(
    answer => answer.ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
