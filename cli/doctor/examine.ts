/** All checks on one pipeline, those side by side that do not depend on each other. Nothing is changed by them. */
import { ConfigError } from '../../lambda/config/config.ts';
import { ENV } from '../../lambda/core/contract.ts';
import { withinLimit } from '../../lambda/core/http.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { baseUrlOf, type Environment, systemClock } from '../../lambda/environment.ts';
import { pipelineParts } from '../../lambda/wiring.ts';
import { type Auth0Findings, auth0Findings, withoutToken } from '../checks/auth0.ts';
import { azureFindings } from '../checks/azure.ts';
import { about, type Finding, isUsable } from '../checks/finding.ts';
import type { Operated, Target } from '../pipelines/operated.ts';
import type { About } from '../pipelines/remedy.ts';
import { silenceMs } from '../pipelines/schedule.ts';
import { UsageError } from '../terminal/errors.ts';
import { checkpointFinding } from './checkpoint.ts';
import { clockFinding, clockWatch } from './clock.ts';
import { columnsFinding } from './columns.ts';
import { configurationFindings, noticeFindings } from './configuration.ts';
import { droppedRowsFindings } from './dropped-rows.ts';
import { factsOf, type Judged, judged } from './judged.ts';
import { redactionFindings } from './redaction.ts';
import { auth0SecretFinding, azureSecretFinding, withFilling } from './secrets.ts';
import { type Asked, lastRunFinding, queueFindings, resourceFindings, triggerFindings } from './state.ts';

export interface Examination {
  readonly kind: Target['kind'];
  /** See Pulse. */
  readonly about: About;
  /** What the file of `--dcr` holds; undefined when there is none. */
  readonly dcr: unknown;
  /** Receives the name of each part while it runs. */
  readonly watch: <T>(part: string, work: Promise<T>) => Promise<T>;
}

const ASK_LIMIT_MS = 30_000;
const FORBIDDEN = /AccessDenied|NotAuthorized|AuthorizationError|UnauthorizedOperation/;

/** In the order in which they are read. */
export async function examine(one: Operated, { kind, about: by, dcr, watch }: Examination): Promise<Judged> {
  const { config, secrets, env } = one;
  const spec = specOf(config.azure);
  const rule = spec.rule?.(config.azure);
  const bases = baseUrlsIn(one);
  if (bases instanceof ConfigError) {
    const say = about('configuration');
    const finding = say.error(
      bases.problems.join('; '),
      'correct the environment variables, and run the command again',
    );
    return judged([finding], factsOf(one, kind, systemClock.now(), {}));
  }
  const clocks = clockWatch(systemClock.now);
  const vault = { config, secrets, kind, about: by };
  const state = asked(one.state());
  const lastRun = state.then(stored => ('value' in stored ? stored.value.lastRun : undefined));

  const auth0 = async (): Promise<readonly [Finding, Auth0Findings]> => {
    const secret = await auth0SecretFinding(vault);
    if (!isUsable(secret)) return [secret, { findings: withoutToken('needs the auth0 secret') }];
    const stored = await state;
    const patient = {
      config: config.auth0,
      secrets,
      clock: systemClock,
      fetch: clocks.fetchOf('Auth0'),
      baseUrl: bases.auth0,
      checkpoint: 'value' in stored ? stored.value.checkpoint : undefined,
      ripeMs: config.settleSeconds * 1000,
    };
    return [secret, await auth0Findings(patient, config.redact.length > 0)];
  };
  const azure = async (): Promise<readonly [Finding[], Finding[]]> => {
    const named = config.azure.secret !== undefined && !spec.isFederated(config.azure);
    const secret = named ? await azureSecretFinding(vault) : undefined;
    const opening = {
      secrets,
      clock: systemClock,
      fetch: clocks.fetchOf('Azure'),
      fetchToken: clocks.fetchOf('Entra'),
      baseUrl: bases.azure,
      tokenBaseUrl: bases.entra,
    };
    return [
      secret ? [secret] : [],
      await azureFindings({ config: config.azure, opening }, secret, await lastRun),
    ];
  };

  const [
    [auth0Secret, fromAuth0],
    [azureSecret, fromAzure],
    fromWorkspace,
    stored,
    problems,
    stopped,
    depths,
    limits,
    alarms,
  ] = await Promise.all([
    watch('Auth0', auth0()),
    watch('Azure', azure()),
    watch('the workspace', droppedRowsFindings(one, by, systemClock.now())),
    watch('the state', state),
    watch('table and queues', asked(one.problems())),
    watch('schedule, trigger', asked(one.stopped())),
    watch('the queues', asked(one.queues.depths())),
    watch('alarms', asked(one.limits())),
    watch('alarms', asked(one.alarms())),
  ]);
  const byDefault = { lagMs: config.alarms.lagMinutes * 60_000, silenceMs: silenceMs(config) };
  const nowMs = systemClock.now();
  const pulse = { kind, config, nowMs, about: by, limits: 'value' in limits ? limits.value : byDefault };
  const findings = [
    ...configurationFindings(config, kind, env),
    ...noticeFindings(config, nowMs),
    auth0Secret,
    ...azureSecret,
    ...fromAuth0.findings,
    ...redactionFindings(config, fromAuth0.sample, by),
    ...fromAzure,
    ...(rule ? [columnsFinding(rule, dcr, by)] : []),
    ...fromWorkspace,
    clockFinding(clocks.skews, kind),
    // A state directory has no settings that could have been changed.
    ...(kind === 'stack' ? resourceFindings(problems, one.deployCommand) : []),
    ...triggerFindings(stopped, kind),
    lastRunFinding(stored, pulse),
    checkpointFinding(stored, fromAuth0, pulse),
    ...queueFindings(depths, pulse),
  ];
  return judged(
    findings.map(finding => withFilling(finding, vault)),
    factsOf(one, kind, nowMs, { state: stored, queues: depths, alarms, limits, stopped }),
  );
}

/** Addresses instead of the vendors', once the pipeline's own check of them has passed. */
function baseUrlsIn({ config, secrets, env }: Operated) {
  try {
    pipelineParts(config, secrets, env);
    baseUrlOf(env, ENV.workspaceBaseUrl);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  return {
    auth0: originIn(env, ENV.auth0BaseUrl),
    azure: originIn(env, ENV.azureBaseUrl),
    entra: originIn(env, ENV.entraBaseUrl),
  };
}

function originIn(env: Environment, name: string): string | undefined {
  return env[name] ? new URL(env[name]).origin : undefined;
}

/** The answer, or the reason why there is none, in a sentence. Rethrows bugs. */
async function asked<T>(question: Promise<T>): Promise<Asked<T>> {
  const limit = AbortSignal.timeout(ASK_LIMIT_MS);
  try {
    return { value: await withinLimit(question, limit) };
  } catch (error) {
    if (error instanceof UsageError) {
      const cause = error.cause instanceof Error ? error.cause.name : '';
      return { problem: error.message, isForbidden: FORBIDDEN.test(cause) };
    }
    if (!limit.aborted) throw error;
    const problem = 'AWS did not answer within 30 s; check this machine’s network, and run the command again';
    return { problem, isForbidden: false };
  }
}
