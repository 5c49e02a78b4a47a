/** The result of a check, for people. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { printError } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';

export interface Validated {
  readonly file: string;
  /** None if the file is valid. */
  readonly problems: readonly string[];
  readonly pipelines: readonly PipelineConfig[];
  readonly warnings: readonly Warning[];
}

export interface Warning {
  readonly pipeline: string;
  readonly text: string;
  readonly remedy: string;
}

/** Prints a valid file's pipelines on standard output, and the warnings on standard error. */
export function showValidated({ file, pipelines, warnings }: Validated): void {
  const lines = [`${file} is valid: ${counted(pipelines.length, 'pipeline')}`, ...pipelines.map(line)];
  console.log(lines.join('\n'));
  for (const { pipeline, text, remedy } of warnings) {
    printError(`warning: ${pipeline}: ${text}; ${remedy}`);
  }
}

function line({ name, auth0, azure }: PipelineConfig): string {
  const { api, place } = specOf(azure);
  return `  ${name}: from ${auth0.domain}\n    to ${place(azure).target}, through the ${api}`;
}
