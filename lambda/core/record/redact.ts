/** Keeping personal data out of Azure: parts of a log are masked, hashed or dropped before anything else. */
import { createHmac } from 'node:crypto';
import { IDENTITY_FIELDS, isObject } from './log.ts';
import type { Redaction } from './redaction-field.ts';
import { fieldText, pathOf } from './redaction-field.ts';
import { MASK, MIN_CHARACTERS_ELSEWHERE, type Scrubber, scrubber } from './scrub.ts';

const IDENTITY: ReadonlySet<string> = new Set(IDENTITY_FIELDS);
const REDACTED = /^(?:\[redacted\]|hmac:[0-9a-f]{32})$/;

export interface Rule {
  /** As it is written in the configuration. */
  readonly field: string;
  readonly path: readonly string[];
  /** What to put in the place of a value; undefined drops it. */
  readonly replace: ((value: unknown) => string) | undefined;
}

/** A rule on its way down a log: `depth` parts of its path are behind it. */
interface Step {
  readonly rule: Rule;
  readonly depth: number;
}

type Container = Record<string, unknown> | unknown[];

export interface Redactor {
  (log: unknown): unknown;
  /**
   * The fields of the rules that matched no log since this was last asked, as they are configured; none when there
   * was no log. A rule for a rare field matches nothing in many a run.
   */
  readonly unmatched: () => readonly string[];
}

/**
 * A function that gives a log without what the rules name. The log given stays as it is.
 *
 * A rule's `field` is a path of keys, with dots or as a list; `*` stands for any key or any array element. `mask` puts
 * `[redacted]` in the place, `hash` a keyed hash (`hmac:` and 32 hex digits of HMAC-SHA256, so that equal values
 * can still be joined), `drop` removes it. What is not text is redacted by its JSON text; null and '' are left,
 * as they reveal nothing. Where rules overlap, the first one counts. A text of 4 characters or more that was found
 * at a path is also replaced inside every other text of the log, in every way of writing it that scrub.ts knows.
 * `log_id`, `_id`, `id`, `date` and `type` are never touched while they are plain values.
 *
 * Throws at once when a rule hashes and there is no key, or names one of those five. The function itself throws
 * for a text or an array instead of a log, since no path leads into them. Without rules it gives back its input.
 */
export function redactor(redactions: readonly Redaction[], key: string | undefined): Redactor {
  const rules = compileRules(redactions, key);
  const matched = new Set<Rule>();
  let logs = 0;
  const redact = (log: unknown) => {
    if (rules.length === 0) return log;
    if (typeof log === 'string' || Array.isArray(log))
      throw new TypeError('not a log: it cannot be redacted');
    if (!isObject(log)) return log;
    logs++;
    const found = new Map<string, string>();
    return collect(log, rules, { found, matched }) ? copy(log, rules, scrubber(found)) : log;
  };
  const unmatched = () => {
    const without = logs === 0 ? [] : rules.filter(rule => !matched.has(rule)).map(({ field }) => field);
    matched.clear();
    logs = 0;
    return without;
  };
  return Object.assign(redact, { unmatched });
}

/** Throws when a rule hashes and there is no key, or names a field of the log's identity. */
export function compileRules(redactions: readonly Redaction[], key = ''): readonly Rule[] {
  return redactions.map(({ field, how }) => {
    const text = fieldText(field);
    const path = pathOf(field);
    check(text, path, how, key);
    return { field: text, path, replace: { mask: () => MASK, hash: hashing(key), drop: undefined }[how] };
  });
}

function hashing(key: string): (value: unknown) => string {
  // A value is hashed where it stands and for everywhere else, one after the other.
  let last: { readonly plain: string; readonly hash: string } | undefined;
  return value => {
    const plain = typeof value === 'string' ? value : JSON.stringify(value);
    if (plain !== last?.plain) {
      const hash = `hmac:${createHmac('sha256', key).update(plain).digest('hex').slice(0, 32)}`;
      last = { plain, hash };
    }
    return last.hash;
  };
}

function check(field: string, path: readonly string[], how: Redaction['how'], key: string): void {
  if (path.length === 1 && IDENTITY.has(path[0]!)) {
    throw new Error(
      `redact: "${field}" cannot be redacted, because it identifies, orders or classifies logs; ` +
        `allowed: any field except ${[...IDENTITY].join(', ')}; remove this rule`,
    );
  }
  if (how === 'hash' && !key) {
    throw new Error(
      `redact: "${field}" is to be hashed, but there is no redaction key; ` +
        'provide one, or use "mask" or "drop"',
    );
  }
}

export interface Collected {
  /** Texts to be replaced elsewhere, each with what stands in its place. */
  readonly found: Map<string, string>;
  /** Rules whose paths lead to something. */
  readonly matched?: Set<Rule>;
}

/**
 * Adds what the rules lead to in this log. False when they lead to nothing.
 * @param again whether the log was redacted before: then what a rule put there is no value
 */
export function collect(
  log: unknown,
  rules: readonly Rule[],
  { found, matched }: Collected,
  again = false,
): boolean {
  let touched = false;
  for (const rule of rules) {
    visit(log, rule.path, 0, value => {
      touched = true;
      matched?.add(rule);
      if (typeof value !== 'string' || value.length < MIN_CHARACTERS_ELSEWHERE || found.has(value)) return;
      if (!(again && isRedacted(value))) found.set(value, rule.replace?.(value) ?? MASK);
    });
  }
  return touched;
}

/** Calls `at` with every value that the path leads to. */
function visit(value: unknown, path: readonly string[], depth: number, at: (value: unknown) => void): void {
  const part = path[depth];
  if (part === undefined) {
    at(value);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    if (part === '*' || part === key) visit(child, path, depth + 1, at);
  }
}

/**
 * The log without what the rules name. By a list instead of recursion: logs may be nested without end.
 * @param again whether the log was redacted before: then what a rule put there stays, and so does the place of what
 * was dropped by its number in a list, since the next item would have that number
 */
export function copy(
  log: Record<string, unknown>,
  rules: readonly Rule[],
  scrub: Scrubber,
  again = false,
): Record<string, unknown> {
  const result = {};
  const todo: [from: Container, to: Container, steps: readonly Step[]][] = [
    [log, result, rules.map(rule => ({ rule, depth: 0 }))],
  ];
  for (let next = todo.pop(); next; next = todo.pop()) {
    const [from, to, steps] = next;
    for (const [key, value] of Object.entries(from)) {
      if (from === log && isIdentity(key, value)) {
        put(to, key, value);
        continue;
      }
      const ahead = stepsInto(steps, key);
      const rule = ahead.find(({ rule, depth }) => depth === rule.path.length)?.rule;
      if (rule) {
        if (again && isRedacted(value)) put(to, key, value);
        else if (rule.replace) put(to, key, tellsNothing(value) ? value : rule.replace(value));
        else if (again && Array.isArray(from) && rule.path.at(-1) !== '*') put(to, key, MASK);
      } else if (typeof value === 'object' && value !== null) {
        const inside: Container = Array.isArray(value) ? [] : {};
        todo.push([value as Container, inside, ahead]);
        put(to, scrub.key(key), inside);
      } else {
        put(to, scrub.key(key), typeof value === 'string' ? scrub.text(value) : value);
      }
    }
  }
  return result;
}

const NO_STEPS: readonly Step[] = [];

function stepsInto(steps: readonly Step[], key: string): readonly Step[] {
  if (steps.length === 0) return NO_STEPS;
  return steps
    .filter(({ rule, depth }) => rule.path[depth] === '*' || rule.path[depth] === key)
    .map(({ rule, depth }) => ({ rule, depth: depth + 1 }));
}

/** Sets an own property, `__proto__` included; the elements of an array close ranks when one was dropped. */
function put(to: Container, key: string, value: unknown): void {
  if (Array.isArray(to)) to.push(value);
  else if (key !== '__proto__') to[key] = value;
  else Object.defineProperty(to, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Whether a top-level field belongs to the log's identity. */
const isIdentity = (key: string, value: unknown) => IDENTITY.has(key) && typeof value !== 'object';

const tellsNothing = (value: unknown) => value === null || value === undefined || value === '';

const isRedacted = (value: unknown) => typeof value === 'string' && REDACTED.test(value);
