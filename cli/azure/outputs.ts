/** `azure outputs`: from the outputs of a deployment of azure/template.json to a configuration. */
import { writeFileSync } from 'node:fs';
import {
  type ConfigurationBase,
  configurationFrom,
  MAKE_OUTPUTS,
  SHORTEST_DAYS,
} from '../pipelines/from-outputs.ts';
import { UsageError } from '../terminal/errors.ts';
import { readJsonFile } from '../terminal/json-file.ts';
import { printError } from '../terminal/text.ts';

export interface OutputsOptions {
  readonly config?: string;
  readonly pipeline?: string;
  readonly domain?: string;
  readonly name: string;
  readonly logRetentionDays?: number;
  readonly alarmEmail?: readonly string[];
  /** Written only once the configuration is valid: a redirect of the shell empties the file before. */
  readonly out?: string;
}

/** Prints or writes the configuration, and on standard error what is still to be decided. Throws as `configurationFrom` does, and UsageError for a file that cannot be read. */
export function printConfiguration(file: string, options: OutputsOptions): void {
  const outputs = readJsonFile('outputs file', file, MAKE_OUTPUTS);
  const text = JSON.stringify(configurationFrom(outputs, baseOf(options)), null, 2);
  if (options.out === undefined) console.log(text);
  else writeOut(options.out, `${text}\n`);
  for (const note of undecided(options)) printError(`note: ${note}`);
}

function writeOut(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? error.code : 'unknown';
    throw new UsageError(`--out ${file}: cannot be written (${why}); choose another file`, error);
  }
}

/** What a new configuration has by default, a sentence each; one that is there has its own. */
function undecided({ config, logRetentionDays, alarmEmail }: OutputsOptions): string[] {
  if (config !== undefined) return [];
  return [
    logRetentionDays === undefined &&
      `auth0.logRetentionDays is ${SHORTEST_DAYS}, the retention of Auth0’s Free plan. On another plan, specify ` +
        '--log-retention-days: 5 on Essentials, 10 on Professional, 30 on Enterprise',
    alarmEmail === undefined && 'alarms have no recipient. Specify --alarm-email you@example.com',
  ].filter(note => note !== false);
}

function baseOf({ config, pipeline, domain, name, ...settings }: OutputsOptions): ConfigurationBase {
  if (config !== undefined && domain === undefined) {
    const present = readJsonFile('configuration file', config, 'or omit --config and specify --domain');
    return { kind: 'present', config: present, pipeline, ...settings };
  }
  if (domain !== undefined && config === undefined) return { kind: 'new', domain, name, ...settings };
  throw new UsageError(
    `${config === undefined ? 'neither --config nor --domain is' : 'both --config and --domain are'} given; ` +
      'allowed: --config FILE to change a configuration, or --domain DOMAIN for a new one',
  );
}
