/** A patient for `doctor`: a simulated tenant and workspace, a configuration of some destination, and what is found. */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../../cli/checks/finding.ts';
import { examine } from '../../../cli/doctor/examine.ts';
import { openTarget } from '../../../cli/pipelines/open.ts';
import type { Auth0Options } from '../../../simulator/auth0/server.ts';
import { APIS, KINDS, type Kind } from '../../../simulator/azure/apis.ts';
import type { AzureOptions } from '../../../simulator/azure/server.ts';
import { SAMPLES } from '../../destinations/samples.ts';
import { type Cli, cli, type Ended, startCli } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs, SECRETS } from '../local-world.ts';

export interface Patient {
  readonly world: LocalWorld;
  /** What Azure accepts. */
  readonly secret: string;
  /** What its secrets file holds, to be changed before it is looked at. */
  readonly secrets: Record<'auth0' | 'azure', Record<string, string>>;
  /** Ships what there is, as `run --once` does. */
  ship(): Promise<Ended>;
  /** The command, as a process of its own. */
  doctor(args?: readonly string[], more?: Readonly<Record<string, string>>): Promise<Ended>;
  start(): Promise<Cli>;
  /** The same checks in this process. */
  examine(dcr?: unknown): Promise<Examined>;
}

export interface Examined {
  readonly findings: readonly Finding[];
  of(check: string): Finding | undefined;
}

export interface PatientSetup {
  readonly destination?: Kind;
  readonly auth0?: Partial<Auth0Options>;
  readonly azure?: AzureOptions;
  /** Laid over the destination's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export async function openPatient(setup: PatientSetup = {}): Promise<Patient> {
  const { destination: kind = KINDS[0] } = setup;
  const secret = SAMPLES[kind].newSecret();
  const world = await openLocalWorld({
    kind,
    auth0: { logs: recentLogs(150), rateLimit: { burst: 50, perSecond: 16 }, ...setup.auth0 },
    azure: { ...APIS[kind].withSecret(secret), ...setup.azure },
    settings: setup.settings,
  });
  const env = world.addresses;
  const secrets: Patient['secrets'] = { ...world.secrets };
  const options = async () => {
    const file = await world.write('secrets.json', {
      [SECRETS.auth0]: secrets.auth0,
      [SECRETS.azure]: secrets.azure,
    });
    await chmod(file, 0o600);
    const config = await world.write('pipeline.json', world.config);
    return { config, secrets: file, state: join(world.directory, 'state') };
  };
  const asTyped = async () =>
    Object.entries(await options()).flatMap(([name, value]) => [`--${name}`, value]);
  return {
    world,
    secret,
    secrets,
    ship: async () => cli(['run', '--once', ...(await asTyped())], env),
    start: async () => startCli(['doctor', ...(await asTyped())], env),
    doctor: async (args = [], more = {}) =>
      cli(['doctor', ...(await asTyped()), ...args], { ...env, ...more }),
    examine: async dcr => {
      const { kind, pipelines } = await openTarget(await options());
      const [one] = pipelines;
      if (!one) throw new Error('one pipeline');
      const watch = <T>(_part: string, work: Promise<T>) => work;
      const { findings } = await examine({ ...one, env }, { kind, about: {}, dcr, watch });
      return { findings, of: check => findings.find(finding => finding.check === check) };
    },
  };
}

/** Check to level, in the order of the report. */
export const levels = (findings: readonly Finding[]): Record<string, string> =>
  Object.fromEntries(findings.map(({ check, level }) => [check, level]));
