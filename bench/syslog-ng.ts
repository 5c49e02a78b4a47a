/** Data Collector posts beside Debian's syslog-ng with its azure-auth-header: the same lines of a file, signed and posted. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DATA_COLLECTOR } from '../simulator/azure/data-collector.ts';
import { bundled, median, once } from './client.ts';
import type { LinesOptions } from './deliver.ts';
import type { Bench, Row } from './report.ts';
import { startStub } from './stub.ts';

const WORKSPACE_ID = '5ca1ab1e-0000-4000-8000-000000000003';
const SHARED_KEY = Buffer.from('a key for nothing but this benchmark').toString('base64');
const ROUNDS = 3;
/** Linux counts processor time in hundredths of a second: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICK_MS = 10;
const TIMEOUT_MS = 120_000;

/** Alternating runs, medians; a remark instead of rows where syslog-ng is not installed. */
export async function besideSyslogNg(
  folder: string,
  lines: readonly string[],
  note: Parameters<Bench>[0]['note'],
): Promise<{ rows: Row[]; remark: string }> {
  const version = versionOf();
  if (version === undefined) {
    return {
      rows: [],
      remark:
        'Skipped: syslog-ng with azure-auth-header is not installed on this machine ' +
        '(Debian: apt-get install syslog-ng-core syslog-ng-mod-http).',
    };
  }
  const file = join(folder, 'records.txt');
  await writeFile(file, `${lines.join('\n')}\n`);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(lines.length / ((await ourCpuMs(folder, file, lines.length)) / 1000));
    theirs.push(lines.length / ((await theirCpuMs(folder, file, lines.length)) / 1000));
  }
  const rows = [
    { logs: 'hostile', what: 'our Data Collector posts', 'logs per CPU second': Math.round(median(ours)) },
    { logs: 'hostile', what: `syslog-ng ${version}`, 'logs per CPU second': Math.round(median(theirs)) },
  ];
  rows.forEach(note);
  const ratio = (median(ours) / median(theirs)).toFixed(2);
  return {
    rows,
    remark: `Data Collector posts, from lines of a file: ours ÷ syslog-ng ${version} with azure-auth-header ${ratio} (C, no retention, no checkpoint; reported, no limit).`,
  };
}

function versionOf(): string | undefined {
  const { status, stdout } = spawnSync('syslog-ng', ['--version'], { encoding: 'utf8' });
  if (status !== 0 || !stdout.includes('azure-auth-header')) return undefined;
  return /\((\d[\d.]*)/.exec(stdout)?.[1] ?? 'of unknown version';
}

async function ourCpuMs(folder: string, file: string, count: number): Promise<number> {
  const stub = await startStub(folder, 0);
  try {
    const { kind, settings, secretField } = DATA_COLLECTOR;
    const azure = { kind, ...settings({ workspaceId: WORKSPACE_ID }) };
    const options: LinesOptions = { file, endpoint: stub.url, azure, secret: { [secretField]: SHARED_KEY } };
    const task = { module: bundled(folder, 'deliver'), call: 'oursOfLines', arguments: [options] };
    const taken = await once<number>(folder, { NODE_EXTRA_CA_CERTS: stub.certificate }, task);
    if (taken.result !== count) throw new Error(`ours delivered ${taken.result} of ${count}`);
    return taken.cpuMs;
  } finally {
    stub.close();
  }
}

/** Its process is ended when the stub has every record: it would go on waiting for more lines. */
async function theirCpuMs(folder: string, file: string, count: number): Promise<number> {
  const stub = await startStub(folder, 0);
  const own = await mkdtemp(join(folder, 'syslog-ng-'));
  const config = join(own, 'syslog-ng.conf');
  await writeFile(config, configuration(file, stub.url, stub.certificate));
  const paths = ['-R', join(own, 'persist'), '-c', join(own, 'control'), '-p', join(own, 'pid')];
  const child = spawn('syslog-ng', ['-F', '--no-caps', '-f', config, ...paths], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', part => {
    said += part;
  });
  try {
    const endsAtMs = Date.now() + TIMEOUT_MS;
    while ((await stub.records()) < count) {
      if (Date.now() > endsAtMs || child.exitCode !== null) {
        throw new Error(`syslog-ng delivered ${await stub.records()} of ${count}: ${said.slice(0, 500)}`);
      }
      await sleep(50);
    }
    return cpuMsOf(child.pid!);
  } finally {
    child.kill('SIGKILL');
    stub.close();
  }
}

function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function configuration(file: string, url: string, certificate: string): string {
  return `@version: 3.35
options { log-msg-size(262144); stats-freq(0); };
source lines { file("${file}" flags(no-parse) log-fetch-limit(1000) log-iw-size(10000)); };
destination azure {
  http(
    url("${url}/api/logs?api-version=2016-04-01") method("POST") workers(3)
    headers("Content-Type: application/json", "Log-Type: Auth0")
    azure-auth-header(workspace-id("${WORKSPACE_ID}") secret("${SHARED_KEY}")
      method("POST") path("/api/logs") content-type("application/json"))
    body("$MESSAGE") body-prefix("[") delimiter(",") body-suffix("]")
    batch-bytes(1000000) batch-lines(10000) batch-timeout(500)
    tls(ca-file("${certificate}") peer-verify(yes))
  );
};
log { source(lines); destination(azure); flags(flow-control); };
`;
}
