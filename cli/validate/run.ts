/** Reads and checks the file, and shows what is wrong with it or worth a second look. */
import { ConfigError, parsePipelines } from '../../lambda/config/config.ts';
import { doubtsOf } from '../pipelines/doubts.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { readJsonFile } from '../terminal/json-file.ts';
import { validateJson } from './json.ts';
import { showValidated, type Validated } from './show.ts';

export interface ValidateOptions {
  readonly json?: true;
}

/** Returns the exit code. Throws UsageError if the file cannot be read, and for people also if it is not valid. */
export function runValidate(file: string, { json }: ValidateOptions, nowMs: number): number {
  const content = readJsonFile('configuration file', file, 'specify its path: validate FILE');
  const result = validated(file, content, nowMs);
  if (json) console.log(JSON.stringify(validateJson(result), undefined, 2));
  else if (result.problems.length > 0)
    throw new UsageError(`${file}: ${new ConfigError(result.problems).message}`);
  else showValidated(result);
  return result.problems.length > 0 ? EXIT.usage : EXIT.ok;
}

function validated(file: string, content: unknown, nowMs: number): Validated {
  try {
    const pipelines = parsePipelines(content, nowMs);
    const warnings = pipelines.flatMap(config =>
      doubtsOf(config, true).map(doubt => ({ pipeline: config.name, ...doubt })),
    );
    return { file, problems: [], pipelines, warnings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { file, problems: error.problems, pipelines: [], warnings: [] };
  }
}
