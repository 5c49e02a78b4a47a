/** Whether the rules of `redact` meet anything in a sample of the tenant's logs. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { includeRule } from '../../lambda/core/record/include.ts';
import { redactor } from '../../lambda/core/record/redact.ts';
import { about, type Finding } from '../checks/finding.ts';
import { unknownFieldLines, unmatchedLine } from '../pipelines/redaction.ts';
import { type About, command } from '../pipelines/remedy.ts';
import { counted } from '../terminal/words.ts';

/** No key is needed to see what a path leads to. */
const ANY_KEY = 'none';

/**
 * None without rules.
 * @param by the options by which this pipeline was found
 * @param logs a sample of the tenant's logs; undefined when none could be read
 */
export function redactionFindings(
  config: PipelineConfig,
  logs: readonly unknown[] | undefined,
  by: About,
): Finding[] {
  const rules = config.redact;
  if (rules.length === 0) return [];
  const say = about('redaction');
  const unknown = unknownFieldLines(rules).map(line =>
    say.warning(line, 'correct the path in redact, unless Auth0 has added that field'),
  );
  const shipped = logs?.filter(includeRule(config));
  if (!shipped || shipped.length === 0) {
    const why = logs ? 'no log of the sample is shipped' : 'no logs could be read';
    return [...unknown, say.unchecked(`the rules could not be tested: ${why}`)];
  }
  const redact = redactor(rules, ANY_KEY);
  for (const log of shipped) if (typeof log === 'object' && !Array.isArray(log)) redact(log);
  const line = unmatchedLine(redact.unmatched(), rules.length, shipped.length);
  if (line !== undefined) {
    const remedy = `a rare field may be in none of these logs; test the rules on more logs:\n  ${command(['dry-run', '--max', '10000'], by)}`;
    return [...unknown, say.warning(line, remedy)];
  }
  const each = rules.length === 1 ? 'the rule' : `each of ${rules.length} rules`;
  return [...unknown, say.ok(`${each} matched, in a sample of ${counted(shipped.length, 'log')}`)];
}
