/** Keeping personal data out of Azure: parts of a log are masked, hashed or dropped before anything else. */
import { createHmac } from 'node:crypto';
import type { Redaction } from './config.ts';
import { IDENTITY_FIELDS, isObject } from './log.ts';

const MASK = '[redacted]';
/** Shorter values occur by chance, inside other words. */
const MIN_CHARACTERS_ELSEWHERE = 4;
/** Longer values do not fit into a regular expression; they are looked for as they are, letter by letter. */
const MAX_PATTERN_CHARACTERS = 10_000;
const IDENTITY: ReadonlySet<string> = new Set(IDENTITY_FIELDS);

interface Rule {
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

/**
 * A function that gives a log without what the rules name. The log given stays as it is.
 *
 * A rule's `field` is a path of keys with dots; `*` stands for any key or any array element. `mask` puts
 * `[redacted]` in the place, `hash` a keyed hash (`hmac:` and 32 hex digits of HMAC-SHA256, so that equal values
 * can still be joined), `drop` removes it. What is not text is redacted by its JSON text; null and '' are left,
 * as they tell nothing. Where rules overlap, the first one counts. A text of 4 characters or more that was found
 * at a path is also replaced inside every other text of the log, in upper and lower case, in JSON and in URLs.
 * `log_id`, `_id`, `id`, `date` and `type` are never touched while they are plain values.
 *
 * Throws at once when a rule hashes and there is no key, or names one of those five. The function itself throws
 * for a text or an array instead of a log, since no path leads into them. Without rules it gives back its input.
 */
export function redactor(rules: readonly Redaction[], key: string | undefined): (log: unknown) => unknown {
  for (const rule of rules) check(rule, key);
  if (rules.length === 0) return log => log;
  const compiled = rules.map(({ field, how }) => compile(field, how, key));
  return log => {
    if (isObject(log)) return redact(log, compiled);
    if (typeof log === 'string' || Array.isArray(log))
      throw new TypeError('not a log: it cannot be redacted');
    return log;
  };
}

function check({ field, how }: Redaction, key: string | undefined): void {
  if (IDENTITY.has(field)) {
    throw new Error(
      `redact: "${field}" cannot be redacted, since logs are ordered, understood and freed of duplicates by it; ` +
        `allowed: any field but ${[...IDENTITY].join(', ')}; remove this rule`,
    );
  }
  if (how === 'hash' && !key) {
    throw new Error(
      `redact: "${field}" is to be hashed, but there is no key to hash with; ` +
        'give one, or choose "mask" or "drop" for it',
    );
  }
}

function compile(field: string, how: Redaction['how'], key = ''): Rule {
  const hash = (value: unknown) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `hmac:${createHmac('sha256', key).update(text).digest('hex').slice(0, 32)}`;
  };
  return { path: field.split('.'), replace: { mask: () => MASK, hash, drop: undefined }[how] };
}

function redact(log: Record<string, unknown>, rules: readonly Rule[]): unknown {
  const found = new Map<string, string>();
  let touched = false;
  for (const rule of rules) {
    visit(log, rule.path, 0, value => {
      touched = true;
      if (typeof value !== 'string' || value.length < MIN_CHARACTERS_ELSEWHERE || found.has(value)) return;
      found.set(value, rule.replace?.(value) ?? MASK);
    });
  }
  return touched ? copy(log, rules, scrubber(found)) : log;
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

/** The log without what the rules name. By a list instead of recursion: logs may be nested without end. */
function copy(log: Record<string, unknown>, rules: readonly Rule[], scrub: Scrubber): unknown {
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
        if (rule.replace) put(to, key, tellsNothing(value) ? value : rule.replace(value));
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

interface Scrubber {
  readonly text: (text: string) => string;
  readonly key: (key: string) => string;
}

/** Replaces the values found wherever they occur inside a text: as they are, inside JSON, inside a URL. */
function scrubber(found: ReadonlyMap<string, string>): Scrubber {
  const forms = new Set<string>();
  const replacements = new Map<string, string>();
  for (const [value, replacement] of found) {
    const written = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())];
    for (const form of written) {
      forms.add(form);
      if (!replacements.has(form.toLowerCase())) replacements.set(form.toLowerCase(), replacement);
    }
  }
  const replacementOf = (form: string) => replacements.get(form.toLowerCase()) ?? MASK;
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  // In a key only what is no plain word: a user called `request` must not rename `details.request`.
  const inKeys = longestFirst.filter(form => /\W/.test(form));
  return { text: expression(longestFirst, replacementOf), key: expression(inKeys, replacementOf) };
}

/** Replaces any of the forms, upper or lower case; of those that overlap the first in the list. */
function expression(
  forms: readonly string[],
  replacementOf: (form: string) => string,
): (text: string) => string {
  const long = forms.filter(form => form.length > MAX_PATTERN_CHARACTERS);
  const short = forms.filter(form => form.length <= MAX_PATTERN_CHARACTERS);
  const pattern = short.length > 0 && new RegExp(short.map(escaped).join('|'), 'gi');
  return text => {
    const rest = long.reduce((left, form) => left.replaceAll(form, () => replacementOf(form)), text);
    return pattern ? rest.replace(pattern, replacementOf) : rest;
  };
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
