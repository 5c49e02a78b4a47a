/** What the rules of `redact` meet in real logs, in words: a rule that meets nothing may be a wrong path. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { includeRule } from '../../lambda/core/record/include.ts';
import { redactor } from '../../lambda/core/record/redact.ts';
import { fieldText, KNOWN_FIELDS, pathOf } from '../../lambda/core/record/redaction-field.ts';
import { about, type Finding } from '../doctor/finding.ts';
import { nearest } from '../terminal/nearest.ts';
import { counted } from '../terminal/words.ts';

const CHECK = 'redaction';
/** No key is needed to see what a path leads to. */
const ANY_KEY = 'none';

/** A sentence for each rule whose first part is no field that Auth0's logs are known to have. */
export function unknownFieldLines(rules: PipelineConfig['redact']): string[] {
  return rules.flatMap(({ field }) => {
    const [first = ''] = pathOf(field);
    if (first === '*' || KNOWN_FIELDS.has(first)) return [];
    const close = nearest(first, [...KNOWN_FIELDS]);
    const guess = close === undefined ? '' : `; did you mean "${close}"?`;
    return [`${fieldText(field)}: "${first}" is not a known field of Auth0’s logs${guess}`];
  });
}

/** `1 of 3 rules matched none of 1,000 logs: details.foo`; undefined when every rule matched, or there was no log. */
export function unmatchedLine(unmatched: readonly string[], rules: number, logs: number): string | undefined {
  if (unmatched.length === 0 || logs === 0) return undefined;
  return `${unmatched.length} of ${counted(rules, 'rule')} matched none of ${counted(logs, 'log')}: ${unmatched.join(', ')}`;
}

/**
 * None without rules.
 * @param logs a sample of the tenant's logs; undefined when none could be read
 */
export function redactionFindings(config: PipelineConfig, logs: readonly unknown[] | undefined): Finding[] {
  const rules = config.redact;
  if (rules.length === 0) return [];
  const say = about(CHECK);
  const unknown = unknownFieldLines(rules).map(line =>
    say.warning(line, 'correct the path in redact, unless Auth0 has added that field'),
  );
  const shipped = logs?.filter(includeRule(config));
  if (!shipped || shipped.length === 0) {
    const why = logs ? 'there is no log that ships' : 'no log could be read';
    return [...unknown, say.unchecked(`whether the rules match could not be seen: ${why}`)];
  }
  const redact = redactor(rules, ANY_KEY);
  for (const log of shipped) if (typeof log === 'object' && !Array.isArray(log)) redact(log);
  const line = unmatchedLine(redact.unmatched(), rules.length, shipped.length);
  if (line !== undefined) {
    const remedy = `a rare field may be in none of so few; try the rules on more: npm start -- dry-run --max 10000`;
    return [...unknown, say.warning(line, remedy)];
  }
  const each = rules.length === 1 ? 'the rule' : `each of ${rules.length} rules`;
  return [...unknown, say.ok(`${each} matched, in a sample of ${counted(shipped.length, 'log')}`)];
}
