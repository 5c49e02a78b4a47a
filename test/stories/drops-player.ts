/** Plays a way in which Azure drops rows: a real pipeline of this machine and the operator's real commands, hour by hour. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { vi } from 'vitest';
import { addAudit } from '../../cli/audit/command.ts';
import { addBackfill } from '../../cli/backfill/command.ts';
import { readConfigs } from '../../cli/pipelines/local/configs.ts';
import { fileSecrets } from '../../cli/pipelines/local/secrets.ts';
import { localPipeline } from '../../cli/run/one-pipeline.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import { generateLogs } from '../../simulator/auth0/tenant.ts';
import { openLogAnalytics } from '../../simulator/azure/log-analytics/engine.ts';
import type { AzureSimulator } from '../../simulator/azure/server.ts';
import { INGESTED_AT } from '../../simulator/azure/workspace.ts';
import {
  type Ends,
  type Pipeline,
  type SecretFields,
  secretNames,
  startEnds,
} from '../../simulator/world.ts';
import { fires, RULES } from '../azure/alert-rules.ts';
import { BURST, type Way } from './drops.ts';

export const FIRST_MS = Date.parse('2026-03-10T08:00:00.000Z');
const MINUTE_MS = 60_000;
const TICK = 15;
/** After the cause is gone, an operator waits until the audit can tell of all. */
const BACKFILL_AFTER = 60;
/** The runs have this long to repair. */
const REPAIR_WITHIN = 300;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const timeOf = (minute: number) => FIRST_MS + minute * MINUTE_MS;

/** A log every two minutes for five hours, and a burst. */
function tenantLogs() {
  const plain = generateLogs({ seed: 16, count: 150, fromMs: timeOf(0), toMs: timeOf(300) });
  const { fromMinute, logs: count } = BURST;
  const [fromMs, toMs] = [timeOf(fromMinute), timeOf(fromMinute + 1)];
  return [...plain, ...generateLogs({ seed: 17, count, fromMs, toMs })];
}

/** `minutes` in what follows: since Azure accepted the first log that it dropped, or since it began. */
export interface Fired {
  readonly id: string;
  readonly minutes: number;
}

export interface Played {
  readonly way: Way;
  /** Accepted logs without a row that can be queried, at most. */
  readonly worst: number;
  /** When it first exits with code 1, and the causes that it names. */
  readonly audit: { readonly minutes: number; readonly causes: readonly string[] } | undefined;
  /** Undefined where the pipeline has no identity that may read. */
  readonly watch:
    | { readonly minutes: number | undefined; readonly most: number; readonly repaired: number }
    | undefined;
  readonly detections: readonly Fired[];
  readonly backfills: number;
  /** In the end. */
  readonly missing: number;
  readonly duplicates: number;
  readonly lastAudit: number;
}

/** Needs the fake `Date` of vitest. */
export async function play(way: Way): Promise<Played> {
  const directory = await mkdtemp(join(tmpdir(), 'drops-'));
  vi.setSystemTime(timeOf(0));
  const now = () => Date.now();
  const ends = await startEnds({
    name: 'local',
    auth0: { logs: tenantLogs(), now },
    azure: {
      keepRecords: true,
      now,
      queryRoles: { application: 'all', operator: 'all' },
      ...way.azure,
    },
  });
  try {
    return await playIn(way, ends, directory);
  } finally {
    vi.unstubAllEnvs();
    await ends.close();
    await rm(directory, { recursive: true });
  }
}

async function playIn(way: Way, ends: Ends, directory: string): Promise<Played> {
  const { azure, auth0 } = ends;
  const desk = await openDesk(way, ends, directory);
  const reports: { readonly minute: number; readonly report: RunReport }[] = [];
  let [worst, since, backfills] = [0, way.from, 0];
  let audit: Played['audit'];
  for (let minute = TICK; minute <= way.to + REPAIR_WITHIN; minute += TICK) {
    vi.setSystemTime(timeOf(minute));
    if (minute === way.from) {
      way.begin?.(azure);
      await desk.set(way.wrong);
    }
    if (minute === way.to) {
      way.end?.(azure);
      await desk.set(way.remedy);
    }
    if (way.ends === 'backfilled' && minute === way.to + BACKFILL_AFTER) backfills = await desk.backfill();
    reports.push({ minute, report: await desk.tick() });
    const lost = withoutRow(ends, way).length;
    if (worst === 0 && lost > 0) since = minute;
    worst = Math.max(worst, lost);
    if (audit || minute < way.from || minute > way.to) continue;
    const told = await desk.audit();
    if (told.code !== 0) audit = { minutes: minute - since, causes: told.causes };
  }
  const told = reports.find(({ report }) => report.rowsNotStored + report.logsRepaired > 0);
  const last = await desk.audit(way.lastAuditedFrom);
  const rows = Object.entries(azure.workspace.tables())
    .filter(([table]) => table.startsWith('Auth0'))
    .flatMap(([, some]) => some);
  const ids = rows.map(idOf).filter(id => id !== undefined);
  const complete = new Set(rows.filter(row => isComplete(row, way)).map(idOf));
  return {
    way,
    worst,
    audit,
    watch: desk.isWatched
      ? {
          minutes: told && told.minute - since,
          most: Math.max(...reports.map(({ report }) => report.rowsNotStored)),
          repaired: reports.reduce((sum, { report }) => sum + report.logsRepaired, 0),
        }
      : undefined,
    detections: await detectionsOf(azure, since, way.to),
    backfills,
    missing: [...auth0.tenant.ids()].filter(id => !complete.has(id)).length,
    duplicates: ids.length - new Set(ids).size,
    lastAudit: last.code,
  };
}

const idOf = (row: Readonly<Record<string, unknown>>) =>
  (row['LogId'] ?? row['LogId_s']) as string | undefined;

const isComplete = (row: Readonly<Record<string, unknown>>, { ofColumn }: Way) =>
  ofColumn === undefined || row[ofColumn] !== undefined;

/** Accepted, and without a row that can be queried now. */
function withoutRow({ auth0, azure: { workspace, received } }: Ends, way: Way): string[] {
  const nowText = new Date().toISOString();
  const there = new Set<string>();
  for (const [table, rows] of Object.entries(workspace.tables())) {
    if (!table.startsWith('Auth0')) continue;
    const ready = rows.filter(row => String(row[INGESTED_AT]) <= nowText && isComplete(row, way));
    for (const row of ready) there.add(idOf(row) ?? '');
  }
  return [...auth0.tenant.ids()].filter(id => received.has(id) && !there.has(id));
}

interface Desk {
  readonly isWatched: boolean;
  /** Lays these over the settings of Azure. */
  set(settings: Way['remedy']): Promise<void>;
  tick(): Promise<RunReport>;
  audit(
    fromMinute?: number,
  ): Promise<{ readonly code: number; readonly causes: string[]; readonly commands: string[] }>;
  /** Runs the commands that the audit prints; returns how many. */
  backfill(): Promise<number>;
}

async function openDesk(way: Way, ends: Ends, directory: string): Promise<Desk> {
  const { kind, isKeyAlone = false } = way;
  const { workspaceId } = ends.azure.settings;
  const { tenantId, clientId, clientSecret } = ends.azure.settings.entra;
  const identity = { workspaceId, tenantId, clientId };
  const settings = isKeyAlone ? {} : { verify: 'repair', azure: identity };
  const pipeline = ends.pipeline(kind, 'local', settings);
  const files = await writeFiles(directory, pipeline, isKeyAlone ? {} : { clientSecret });
  const target = ['--config', files.config, '--secrets', files.secrets, '--state', files.state];
  for (const [name, value] of Object.entries(ends.addresses)) vi.stubEnv(name, value);
  if (isKeyAlone) {
    vi.stubEnv('AZURE_TENANT_ID', tenantId);
    vi.stubEnv('AZURE_CLIENT_ID', clientId);
    vi.stubEnv('AZURE_CLIENT_SECRET', clientSecret);
  }
  const open = () => {
    const configs = readConfigs(files.config, undefined);
    return localPipeline({
      config: configs[0]!,
      secrets: fileSecrets(files.secrets, configs),
      env: ends.addresses,
      stateDirectory: files.state,
      journal: SILENT,
      stop: new AbortController().signal,
      onProgress: () => undefined,
      onWaiting: () => undefined,
    });
  };
  let running = await open();
  const audit: Desk['audit'] = async (fromMinute = way.auditedFrom ?? way.from - TICK) => {
    const from = new Date(timeOf(fromMinute)).toISOString();
    const { code, stdout } = await command(['audit', ...target, '--from', from, '--stored', '--json']);
    const { stored, remedy } = JSON.parse(stdout);
    return {
      code,
      causes: [
        ...new Set<string>(stored.reasons.map((one: { cause?: string }) => one.cause)),
        ...stored.lostValues.map(({ column }: { column: string }) => column),
      ],
      commands: remedy.map((one: { command: string }) => one.command),
    };
  };
  return {
    isWatched: !isKeyAlone,
    set: async settings => {
      if (!settings) return;
      const { config } = pipeline;
      await writeFile(files.config, JSON.stringify({ ...config, azure: { ...config.azure, ...settings } }));
      running = await open();
    },
    tick: () => running.ship(),
    audit,
    backfill: async () => {
      const { commands } = await audit();
      for (const text of commands) {
        const { code, stdout } = await command([...text.split(' ').slice(2), '--yes']);
        if (code !== 0) throw new Error(`${text}: ${stdout}`);
      }
      return commands.length;
    },
  };
}

/** @param more fields of the secret of Azure */
async function writeFiles(directory: string, { config, secrets }: Pipeline, more: SecretFields) {
  const names = secretNames('local');
  const files = {
    config: join(directory, 'pipeline.json'),
    secrets: join(directory, 'secrets.json'),
    state: join(directory, 'state'),
  };
  await writeFile(files.config, JSON.stringify(config));
  const fields = { [names.auth0]: secrets.auth0, [names.azure]: { ...secrets.azure, ...more } };
  await writeFile(files.secrets, JSON.stringify(fields), { mode: 0o600 });
  return files;
}

/** One command of the CLI, in this process, which has the time of the story. */
async function command(args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const program = new Command().exitOverride();
  addAudit(program);
  addBackfill(program);
  const before = new Set<unknown>(SIGNALS.flatMap(signal => process.listeners(signal)));
  const lines: string[] = [];
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(text => void lines.push(String(text))),
    vi.spyOn(console, 'error').mockImplementation(() => undefined),
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true),
  ];
  try {
    await program.parseAsync([...args], { from: 'user' });
    return { code: Number(process.exitCode ?? 0), stdout: lines.join('\n') };
  } finally {
    process.exitCode = undefined;
    for (const spy of spies) spy.mockRestore();
    for (const signal of SIGNALS) {
      for (const one of process.listeners(signal)) if (!before.has(one)) process.off(signal, one);
    }
  }
}

const OF_THE_PIPELINE = [
  'rows-dropped',
  'workspace-rows-dropped',
  'daily-cap-reached',
  'fields-trimmed',
  'pipeline-silent',
  'pipeline-late',
];

/** What each rule of the template says first, every quarter of an hour. */
async function detectionsOf({ workspace }: AzureSimulator, since: number, until: number): Promise<Fired[]> {
  const analytics = await openLogAnalytics('own', workspace.tables());
  const fired: Fired[] = [];
  try {
    for (const rule of RULES.filter(({ id }) => OF_THE_PIPELINE.includes(id))) {
      for (let minute = since; minute <= until; minute += TICK) {
        if (!(await fires(analytics, rule, timeOf(minute)))) continue;
        fired.push({ id: rule.id, minutes: minute - since });
        break;
      }
    }
  } finally {
    analytics.close();
  }
  return fired;
}
