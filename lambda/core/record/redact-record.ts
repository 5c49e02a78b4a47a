/** Redacting again what was put aside under other rules: records instead of logs. */

import type { RecordForm, SerializedRecord } from '../model.ts';
import { COLUMNS, type Column } from './columns.ts';
import { CUT_MARK, type Fields, toJson, write } from './cut.ts';
import { readCutJson } from './cut-json.ts';
import { IDENTITY_FIELDS, isObject } from './log.ts';
import { type Collected, collect, compileRules, copy, type Rule } from './redact.ts';
import type { Redaction } from './redaction-field.ts';
import { fieldsIn } from './redaction-field.ts';
import { MASK, type Scrubber, scrubber } from './scrub.ts';

/**
 * A function that applies the rules to a record as redact.ts applies them to a log, and never throws. What is
 * redacted already stays, so that it may be done twice.
 *
 * Columns stand for the fields that they are made of; what is derived from a field that is redacted goes with it. A
 * column that was cut, and so cannot be looked into, is withheld whole when a rule leads into it, and so is RawLog
 * when it cannot be read. Throws at once when a rule hashes and there is no key.
 */
export function recordRedactor(
  redactions: readonly Redaction[],
  key: string | undefined,
  form: RecordForm,
): (record: SerializedRecord) => SerializedRecord {
  const rules = compileRules(redactions, key);
  return record => {
    if (rules.length === 0) return record;
    const fields: Fields = JSON.parse(record.json.toString('utf8'));
    let redacted: Fields;
    try {
      redacted = redact(fields, rules, form);
    } catch {
      redacted = withheld(fields);
    }
    return { logId: record.logId, json: Buffer.from(written(redacted, fields, form)) };
  };
}

/** Columns that say what the log is, or what was done to it. */
const OURS: ReadonlySet<string> = new Set([
  ...COLUMNS.filter(({ from }) => fieldsIn(from).some(([field]) => isIdentity(field))).map(
    ({ name }) => name,
  ),
  'Auth0Domain',
  'CutColumns',
  'ShapeError',
]);
/** The columns that hold a field itself, and the others, which are made of what a field holds. */
const HOLDERS: readonly Column[] = COLUMNS.filter(
  (column, at) => fieldOf(column) !== undefined && !OURS.has(column.name) && isFirst(column, at),
);
const DERIVED: readonly Column[] = COLUMNS.filter(
  column => fieldsIn(column.from).length > 0 && !OURS.has(column.name) && !HOLDERS.includes(column),
);

function isIdentity(field = ''): boolean {
  return (IDENTITY_FIELDS as readonly string[]).includes(field);
}

function fieldOf({ from }: Column): string | undefined {
  const [path = []] = fieldsIn(from);
  return path.length === 1 ? path[0] : undefined;
}

function isFirst(column: Column, at: number): boolean {
  return COLUMNS.findIndex(one => fieldOf(one) === fieldOf(column)) === at;
}

/** The fields that a column holds: those of IsMobile are two, and what the user agent says besides. */
function heldBy({ from, type }: Column): readonly string[] {
  return fieldsIn(from).flatMap(([field = '']) =>
    type === 'boolean' && field === 'user_agent' ? [] : [field],
  );
}

/** A field in one of these is whole there, and never in Extra. */
const NEVER_IN_EXTRA: ReadonlySet<string> = new Set(
  HOLDERS.filter(({ type }) => type !== 'boolean').flatMap(heldBy),
);

function redact(record: Fields, rules: readonly Rule[], form: RecordForm): Fields {
  const raw = record['RawLog'] === undefined ? undefined : rawLogOf(record['RawLog']);
  if (raw === UNREADABLE) return withheld(record);
  const log: Fields = {};
  const rests: Fields = {};
  const lost: string[] = [];
  const ways = new Map<string, Opened['close']>();
  for (const column of HOLDERS) {
    const value = record[column.name];
    if (value === undefined) continue;
    for (const field of heldBy(column)) {
      const opened = open(value, column, [field], rules, form);
      log[field] = opened.value;
      ways.set(field, opened.close);
      if (opened.rest !== undefined) rests[field] = opened.rest;
      if (opened.isLost) lost.push(column.name);
    }
  }
  const extra = open(record['Extra'], EXTRA, [], rules, form);
  const collected: Collected = { found: new Map() };
  if (extra.isLost) lost.push('Extra');
  for (const part of [log, rests, extra.value, extra.rest, raw]) collect(part, rules, collected, true);
  const scrub = withCuts(scrubber(collected.found));

  const redacted = copy(log, rules, scrub, true);
  const result = { ...record };
  for (const column of HOLDERS) {
    for (const field of heldBy(column)) {
      if (!Object.hasOwn(log, field)) continue;
      const value = Object.hasOwn(redacted, field) ? ways.get(field)?.(redacted[field], scrub) : undefined;
      // A column of true and false cannot hold what stands in the place of them.
      if (column.type !== 'boolean') result[column.name] = value;
      else if (value !== record[column.name]) result[column.name] = undefined;
    }
  }
  for (const column of [...DERIVED, IS_MOBILE]) {
    if (result[column.name] === undefined) continue;
    result[column.name] = derivedAgain(record, column, { log, redacted, rules, scrub });
  }
  if (isObject(extra.value)) {
    const others = copy(extra.value, rules, scrub, true);
    result['Extra'] = Object.keys(others).length > 0 ? extra.close(others, scrub) : undefined;
  }
  if (typeof extra.value === 'string') result['Extra'] = scrub.text(extra.value);
  if (lost.length > 0) {
    result['ShapeError'] ??= `cut, so that it could not be redacted again, and withheld: ${lost.join(' ')}`;
  }
  if (isObject(raw)) result['RawLog'] = toJson(copy(raw, rules, scrub, true));
  return result;
}

/** A column's value as the field that it holds, and the way back. */
interface Opened {
  readonly value: unknown;
  readonly close: (value: unknown, scrub: Scrubber) => unknown;
  /** What can be read inside a value that is not opened itself: values to be found elsewhere. */
  readonly rest?: unknown;
  /** Whether it is withheld, since it was cut. */
  readonly isLost?: boolean;
}

const EXTRA = COLUMNS.find(({ name }) => name === 'Extra')!;

/** @param path of the field that the column holds; of Extra, which holds many, the path of no key */
function open(
  value: unknown,
  column: Column,
  path: readonly string[],
  rules: readonly Rule[],
  form: RecordForm,
): Opened {
  const same: Opened = { value, close: kept => kept };
  if (typeof value !== 'string') return same;
  const isJson = column.type === 'dynamic' && form.layout === 'text';
  const leads = column === EXTRA ? rules.some(leadsToExtra) : leadInto(rules, path);
  const parsed = isJson || leads ? parse(value) : undefined;
  if (isJson && parsed) return { value: parsed.value, close: toJson };
  if (!leads) return same;
  const isObjectOrList = typeof parsed?.value === 'object' && parsed.value !== null;
  // A rule for all of it counts before those that lead into it, which only find values there.
  if (rules.some(rule => rule.path.length === path.length && matches(rule, path))) {
    return isObjectOrList ? { ...same, rest: parsed.value } : same;
  }
  if (isObjectOrList) {
    return { value: parsed.value, close: kept => (typeof kept === 'string' ? kept : toJson(kept)) };
  }
  if (column.name === 'Scope') {
    const close: Opened['close'] = (kept, scrub) => (Array.isArray(kept) ? scrub.text(kept.join(' ')) : kept);
    return { value: value.split(' '), close };
  }
  // What was cut cannot be redacted: it is withheld.
  if (!value.endsWith(CUT_MARK) || !/^[[{]/.test(value)) return same;
  return { ...same, value: MASK, rest: readCutJson(value.slice(0, -CUT_MARK.length)), isLost: true };
}

/** Whether the rule's path begins like this one. */
function matches({ path }: Rule, start: readonly string[]): boolean {
  return start.every((part, at) => path[at] === part || path[at] === '*');
}

/** Whether a rule leads to something inside what is at the path, and not only to the whole of it. */
function leadInto(rules: readonly Rule[], path: readonly string[]): boolean {
  return rules.some(rule => rule.path.length > path.length && matches(rule, path));
}

function leadsToExtra({ path: [first = ''] }: Rule): boolean {
  return !NEVER_IN_EXTRA.has(first);
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

const UNREADABLE = Symbol('unreadable');

/** The log in RawLog; UNREADABLE for what rules cannot be applied to. */
function rawLogOf(text: unknown): unknown {
  try {
    const log: unknown = JSON.parse(String(text));
    return typeof log === 'string' || Array.isArray(log) ? UNREADABLE : log;
  } catch {
    return UNREADABLE;
  }
}

/** Looks at the end of a text that was cut, too, where a value may have been cut with it. */
function withCuts(scrub: Scrubber): Scrubber {
  const text = (given: string) =>
    given.endsWith(CUT_MARK) ? scrub.cutText(given.slice(0, -CUT_MARK.length)) + CUT_MARK : scrub.text(given);
  return { ...scrub, text };
}

interface Work {
  readonly log: Fields;
  readonly redacted: Fields;
  readonly rules: readonly Rule[];
  readonly scrub: Scrubber;
}

/** The value of a column that is made of what a field holds: it follows that field. */
function derivedAgain(record: Fields, column: Column, { log, redacted, rules, scrub }: Work): unknown {
  const value = record[column.name];
  const [field = '', key] = fieldsIn(column.from).at(-1) ?? [];
  if (key !== undefined) {
    const whole = redacted[field];
    if (isObject(whole)) return textOf(whole[key]);
    // It was cut: what is derived from it is all that is left, and cannot be looked into when it is JSON.
    const isJson = typeof value === 'string' && /^[[{]/.test(value);
    if (log[field] !== whole || (isJson && leadInto(rules, [field, key]))) return undefined;
    const alone = copy({ [field]: { [key]: value } }, rules, scrub, true)[field];
    return isObject(alone) ? alone[key] : undefined;
  }
  const isRuled = rules.some(({ path }) => path.length === 1 && (path[0] === field || path[0] === '*'));
  // A field that was redacted before the column was filled proves nothing.
  if (isRuled && log[field] !== redacted[field]) return undefined;
  return typeof value === 'string' ? scrub.text(value) : value;
}

/** As shape.ts writes it. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? toJson(value) : String(value);
}

/** It may be of the user agent's making, and then follows that. */
const IS_MOBILE = COLUMNS.find(({ name }) => name === 'IsMobile')!;

/** The record without any content of its log. */
function withheld(record: Fields): Fields {
  const identity = Object.entries(record).filter(([name]) => OURS.has(name) && name !== 'CutColumns');
  return { ...Object.fromEntries(identity), ShapeError: 'it could not be redacted again and is withheld' };
}

/** What stands in the place of a value may be longer than that. */
function written(redacted: Fields, before: Fields, form: RecordForm): string {
  const isWithheld = redacted['CutColumns'] === undefined;
  const { json } = write(redacted, form);
  const cutBefore = before['CutColumns'];
  if (cutBefore === undefined || isWithheld) return json;
  const after: Fields = JSON.parse(json);
  const names = new Set(`${cutBefore} ${after['CutColumns'] ?? ''}`.trim().split(' '));
  return toJson({ ...after, CutColumns: [...names].filter(name => after[name] !== undefined).join(' ') });
}
