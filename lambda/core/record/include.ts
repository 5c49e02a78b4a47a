/** Which logs ship: by type pattern and by level. */
import { isObject } from './log.ts';
import { type LevelName, levelOf, logType } from './log-types.ts';

export interface IncludeConfig {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly minimumLevel: LevelName;
}

/**
 * A rule that says whether a log ships: its type matches an `include` pattern and no `exclude` pattern, and its
 * level is at least `minimumLevel`. When in doubt it ships: a log without a readable type always does, and a
 * type that log-types.ts lacks is never held back by a level that nobody knows.
 */
export function includeRule(config: IncludeConfig): (log: unknown) => boolean {
  const included = matcher(config.include);
  const excluded = matcher(config.exclude);
  const minimum = levelOf(config.minimumLevel);
  return log => {
    const code = isObject(log) ? log['type'] : undefined;
    if (typeof code !== 'string' || code === '') return true;
    if (!included(code) || excluded(code)) return false;
    const type = logType(code);
    return !type.known || type.level >= minimum;
  };
}

/** Whether any of the patterns matches the whole code; upper and lower case differ. */
function matcher(patterns: readonly string[]): (code: string) => boolean {
  const globs = patterns.map(pattern => pattern.split('*'));
  return code => globs.some(parts => matches(parts, code));
}

/** A glob, split at its stars. By hand, since a regular expression with many stars can take for ever. */
function matches(parts: readonly string[], code: string): boolean {
  const first = parts[0] ?? '';
  if (parts.length === 1) return code === first;
  const last = parts.at(-1) ?? '';
  if (!code.startsWith(first)) return false;
  let position = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = code.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return code.length - last.length >= position && code.endsWith(last);
}
