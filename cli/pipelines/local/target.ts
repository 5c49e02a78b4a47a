/** The pipelines of a configuration file, with the state directory that `run` keeps. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PipelineConfig } from '../../../lambda/config/config.ts';
import { RETRY_MAX_RECEIVES } from '../../../lambda/core/contract.ts';
import type { SecretSource } from '../../../lambda/core/model.ts';
import { systemClock } from '../../../lambda/environment.ts';
import { printError } from '../../terminal/text.ts';
import type { Operated, OperatorQueues, Target, TargetOptions } from '../operated.ts';
import { silenceMs } from '../schedule.ts';
import { chosenConfigs } from './configs.ts';
import { diskFaults } from './disk.ts';
import { ledgerPlace, readLocalLedger } from './ledger.ts';
import { localQueue } from './queue.ts';
import { environmentSecrets, fileSecrets, noSecrets, secretsFileWarning } from './secrets.ts';
import { localState, readState } from './state.ts';

/**
 * Nothing is made or written here, and no secret is read: a state directory that is not there yet is one of a pipeline
 * that has not run. Throws UsageError for a configuration or secrets file that cannot be used.
 */
export async function localTarget(options: TargetOptions & { readonly config: string }): Promise<Target> {
  const configs = chosenConfigs(options.config, options.pipeline);
  const directory = resolve(options.state);
  const secretsOf = secretsFor(configs, options.secrets);
  return {
    place: `state directory ${directory}${existsSync(directory) ? '' : ' (which does not exist yet)'}`,
    kind: 'local',
    pipelines: configs.map(config => localOperated(config, directory, secretsOf(config))),
  };
}

/** One pipeline of a state directory. */
export function localOperated(config: PipelineConfig, directory: string, secrets: SecretSource): Operated {
  const own = join(directory, config.name);
  return {
    config,
    secrets,
    env: process.env,
    store: localState(directory),
    queues: queuesIn(own),
    state: () => readState(directory, config.name),
    alarms: async () => [],
    limits: async () => ({ lagMs: config.alarms.lagMinutes * 60_000, silenceMs: silenceMs(config) }),
    ledger: fromMs => readLocalLedger(ledgerPlace(directory, config), fromMs),
    problems: async () => [],
    stopped: () => diskFaults(directory),
  };
}

function queuesIn(directory: string): OperatorQueues {
  const queue = localQueue({
    directory,
    clock: systemClock,
    maxTries: RETRY_MAX_RECEIVES,
  });
  return {
    put: queue.put,
    depths: queue.ages,
    deadLetters: queue.deadLetters,
    redrive: queue.redrive,
    remove: queue.removeDeadLetter,
  };
}

/** The file's, or else the environment's, which holds those of one pipeline only. */
function secretsFor(
  configs: readonly PipelineConfig[],
  file: string | undefined,
): (config: PipelineConfig) => SecretSource {
  if (file !== undefined) {
    const warning = secretsFileWarning(file, configs);
    if (warning !== undefined) printError(`warning: ${warning}`);
    const ofFile = fileSecrets(file, configs);
    return () => ofFile;
  }
  if (configs.length === 1) return config => environmentSecrets(config, process.env);
  const missing = noSecrets(
    `environment variables hold the secrets of one pipeline, but there are ${configs.length}; ` +
      'choose one with --pipeline, or specify --secrets FILE',
  );
  return () => missing;
}
