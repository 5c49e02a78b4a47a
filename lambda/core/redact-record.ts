/** Redacting again what was put aside under other rules: records instead of logs. */
import { createHash, createHmac } from 'node:crypto';
import { COLUMNS, type Column } from './columns.ts';
import type { Redaction } from './config.ts';
import { CUT_MARK, type Fields, toJson, write } from './cut.ts';
import { IDENTITY_FIELDS, isObject } from './log.ts';
import type { DestinationKind, Fault, SerializedRecord } from './model.ts';
import { type Collected, collect, compileRules, copy, type Rule } from './redact.ts';
import { fieldsIn, fieldText } from './redaction-field.ts';
import { MASK, type Scrubber, scrubber } from './scrub.ts';

/** Goes up when redaction finds more than before, so that what waits on a queue is redacted again. */
const REDACTION_VERSION = 1;

export interface RecordRedaction {
  /** See redactionTag. */
  readonly tag: string;
  readonly redactRecord: (record: SerializedRecord) => SerializedRecord;
}

/** Asked once a batch: `fault` when a rule hashes and the key cannot be had. */
export type AskRedaction = () => Promise<
  | { readonly kind: 'redaction'; readonly redaction: RecordRedaction }
  | { readonly kind: 'fault'; readonly fault: Fault }
>;

/**
 * The records of a failed batch as today's rules want them, and the tag to put them aside again with.
 * `fault`: the rules cannot be applied now, so that the batch may not be delivered.
 * @param ask undefined when there are no rules
 * @param tag of the batch's envelope
 */
export async function redactedAgain(
  ask: AskRedaction | undefined,
  tag: string | undefined,
  records: readonly SerializedRecord[],
): Promise<
  | { readonly kind: 'records'; readonly records: readonly SerializedRecord[]; readonly tag?: string }
  | { readonly kind: 'fault'; readonly fault: Fault }
> {
  if (!ask) return { kind: 'records', records, ...(tag === undefined ? {} : { tag }) };
  const answer = await ask();
  if (answer.kind === 'fault') return answer;
  const { redaction } = answer;
  const now = tag === redaction.tag ? records : records.map(redaction.redactRecord);
  return { kind: 'records', records: now, tag: redaction.tag };
}

/**
 * A fingerprint of the rules, of the key when a rule hashes, and of this version's way of finding values: 16 hex
 * digits, from which the key cannot be told. Undefined without rules.
 */
export function redactionTag(rules: readonly Redaction[], key: string | undefined): string | undefined {
  if (rules.length === 0) return undefined;
  const text = JSON.stringify([REDACTION_VERSION, ...rules.map(({ field, how }) => [fieldText(field), how])]);
  const hashes = rules.some(({ how }) => how === 'hash');
  const digest = hashes ? createHmac('sha256', key ?? '') : createHash('sha256');
  return digest.update(text).digest('hex').slice(0, 16);
}

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
  destination: DestinationKind,
): (record: SerializedRecord) => SerializedRecord {
  const rules = compileRules(redactions, key);
  return record => {
    if (rules.length === 0) return record;
    const fields: Fields = JSON.parse(record.json.toString('utf8'));
    let redacted: Fields;
    try {
      redacted = redact(fields, rules);
    } catch {
      redacted = withheld(fields);
    }
    return { logId: record.logId, json: Buffer.from(written(redacted, fields, destination)) };
  };
}

/** Columns that say what the log is, or what was done to it. */
const OURS: ReadonlySet<string> = new Set([
  ...COLUMNS.filter(({ from }) => fieldsIn(from).some(([field]) => isIdentity(field))).map(({ name }) => name),
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

/** A column's value as the field that it holds, and the way back. */
interface Opened {
  readonly value: unknown;
  readonly close: (value: unknown) => unknown;
}

function redact(record: Fields, rules: readonly Rule[]): Fields {
  const log: Fields = {};
  const ways = new Map<string, Opened['close']>();
  for (const column of HOLDERS) {
    const value = record[column.name];
    if (value === undefined) continue;
    for (const [field = ''] of fieldsIn(column.from)) {
      if (column.type === 'boolean' && field === 'user_agent') continue;
      const opened = open(value, column.name, leadsInto(rules, field));
      log[field] = opened.value;
      ways.set(field, opened.close);
    }
  }
  const extra = record['Extra'] === undefined ? undefined : open(record['Extra'], 'Extra', true);
  const raw = rawLogOf(record['RawLog']);
  const collected: Collected = { found: new Map() };
  for (const part of [log, extra?.value, raw]) collect(part, rules, collected, true);
  const scrub = scrubber(collected.found);

  const result = { ...record };
  const redacted = copy(log, rules, scrubOfCut(scrub), true);
  for (const column of HOLDERS) {
    if (record[column.name] === undefined) continue;
    for (const [field = ''] of fieldsIn(column.from)) {
      if (!Object.hasOwn(log, field)) continue;
      const value = Object.hasOwn(redacted, field) ? ways.get(field)?.(redacted[field]) : undefined;
      // A column that is true or false cannot hold what stands in the place of that.
      if (column.type !== 'boolean' || value !== record[column.name]) {
        result[column.name] = column.type === 'boolean' ? undefined : value;
      }
    }
  }
  deriveAgain(result, { log, redacted }, rules, scrubOfCut(scrub));
  if (extra) {
    result['Extra'] = extra.close(
      isObject(extra.value) ? copy(extra.value, rules, scrubOfCut(scrub), true) : MASK,
    );
  }
  if (record['RawLog'] !== undefined) {
    if (isObject(raw)) result['RawLog'] = toJson(copy(raw, rules, scrub, true));
    else if (raw === UNREADABLE) Object.assign(result, withheld(result));
  }
  return result;
}

/** Whether a rule leads to something inside the field, and not only to the field itself. */
function leadsInto(rules: readonly Rule[], field: string): boolean {
  return rules.some(({ path }) => path.length > 1 && (path[0] === field || path[0] === '*'));
}

/** A value to be looked into, where a rule leads into it: free-form columns may be JSON text, and lists were joined. */
function open(value: unknown, column: string, isLedInto: boolean): Opened {
  const same: Opened = { value, close: kept => kept };
  if (typeof value !== 'string') return same;
  const parsed = parse(value);
  if (typeof parsed === 'object' && parsed !== null) {
    // What is a text now was one in the column, too.
    return { value: parsed, close: kept => (typeof kept === 'string' ? kept : toJson(kept)) };
  }
  if (!isLedInto) return same;
  if (column === 'Scope') {
    const close = (kept: unknown) => (Array.isArray(kept) ? kept.join(' ') : kept);
    return { value: value.split(' '), close };
  }
  return value.endsWith(CUT_MARK) && /^[[{]/.test(value) ? { value: MASK, close: kept => kept } : same;
}

function parse(text: string): unknown {
  try {
    return /^\s*[[{]/.test(text) ? JSON.parse(text) : undefined;
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

/** Also looks at the end of a text that was cut, where a value may have been cut with it. */
function scrubOfCut(scrub: Scrubber): Scrubber {
  const text = (given: string) =>
    given.endsWith(CUT_MARK)
      ? scrub.cutText(given.slice(0, -CUT_MARK.length)) + CUT_MARK
      : scrub.text(given);
  return { ...scrub, text };
}

/** What is derived from a field follows it: out, or replaced as the rule for it says. */
function deriveAgain(
  result: Fields,
  { log, redacted }: { readonly log: Fields; readonly redacted: Fields },
  rules: readonly Rule[],
  scrub: Scrubber,
): void {
  for (const { name, from } of [...DERIVED, IS_MOBILE]) {
    const value = result[name];
    if (value === undefined) continue;
    const [source = []] = name === IS_MOBILE.name ? [['user_agent']] : fieldsIn(from);
    const [field = '', ...inner] = source;
    if (inner.length === 0) {
      // A user agent that was redacted before left nothing behind that could tell of it.
      const isGone = rules.some(({ path }) => path.length === 1 && (path[0] === field || path[0] === '*'));
      if (isGone && log[field] !== undefined && log[field] !== redacted[field]) result[name] = undefined;
      else if (typeof value === 'string') result[name] = scrub.text(value);
      continue;
    }
    const whole = isObject(log[field]) ? isObject(redacted[field]) : log[field] === redacted[field];
    if (!whole) result[name] = undefined;
    else {
      const alone = copy({ [field]: { [inner[0]!]: value } }, rules, scrub, true)[field];
      result[name] = isObject(alone) ? alone[inner[0]!] : undefined;
    }
  }
}

/** It is of Auth0's making or of the user agent: then it follows that. */
const IS_MOBILE = COLUMNS.find(({ name }) => name === 'IsMobile')!;

/** The record without anything that its log told. */
function withheld(record: Fields): Fields {
  const identity = Object.entries(record).filter(([name]) => OURS.has(name) && name !== 'CutColumns');
  return { ...Object.fromEntries(identity), ShapeError: 'it could not be redacted again and is withheld' };
}

/** What stands in the place of a value may be longer than that. */
function written(redacted: Fields, before: Fields, destination: DestinationKind): string {
  const cutBefore = before['CutColumns'];
  const json = write(redacted, destination).json;
  if (cutBefore === undefined || redacted['ShapeError'] !== before['ShapeError']) return json;
  const after: Fields = JSON.parse(json);
  const names = new Set(`${cutBefore} ${after['CutColumns'] ?? ''}`.trim().split(' '));
  return toJson({ ...after, CutColumns: [...names].filter(name => after[name] !== undefined).join(' ') });
}
