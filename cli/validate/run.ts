/** Reads and checks the file, and shows what is wrong with it or worth a second look. */
import { ConfigError, parsePipelines } from '../../lambda/config/config.ts';
import { doubtsOf, exampleDoubts } from '../pipelines/doubts.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { InvalidJson, readJsonFile } from '../terminal/json-file.ts';
import { validateJson } from './json.ts';
import { showValidated, type Validated } from './show.ts';

export interface ValidateOptions {
  readonly json?: true;
}

/** Returns the exit code. Throws UsageError if the file cannot be read, and for people also if it is not valid. */
export function runValidate(file: string, { json }: ValidateOptions, nowMs: number): number {
  const result = json ? withoutJson(file, () => checked(file, nowMs)) : checked(file, nowMs);
  if (json) console.log(JSON.stringify(validateJson(result), undefined, 2));
  else if (result.problems.length > 0)
    throw new UsageError(`${file}: ${new ConfigError(result.problems).message}`);
  else showValidated(result);
  return result.problems.length > 0 ? EXIT.usage : EXIT.ok;
}

const checked = (file: string, nowMs: number): Validated =>
  validated(file, readJsonFile('configuration file', file, 'specify its path: validate FILE'), nowMs);

/** For machines, invalid JSON is a problem like any other. */
function withoutJson(file: string, check: () => Validated): Validated {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InvalidJson)) throw error;
    return { file, problems: [error.problem], pipelines: [], warnings: [] };
  }
}

function validated(file: string, content: unknown, nowMs: number): Validated {
  try {
    const pipelines = parsePipelines(content, nowMs);
    const warnings = pipelines.flatMap(config =>
      [...doubtsOf(config, true), ...exampleDoubts(config)].map(doubt => ({
        pipeline: config.name,
        ...doubt,
      })),
    );
    return { file, problems: [], pipelines, warnings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { file, problems: error.problems, pipelines: [], warnings: [] };
  }
}
