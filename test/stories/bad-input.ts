/** What Auth0 should never send, as it would stand in a page: JSON text, or bytes that are not even text. */
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { type Log, logIdAt, POISON_MARK } from '../../simulator/auth0/tenant.ts';

/**
 * How a log arrives. `whole`: in its columns, whatever fits none of them in Extra. `cut`: likewise, with what is too
 * large for Azure cut and named in CutColumns. `raw`: as RawLog, with ShapeError.
 */
export type Shape = 'whole' | 'cut' | 'raw';

export interface BadLog {
  readonly what: string;
  readonly shape: Shape;
  /** Whether Azure refuses it, so that it arrives on the dead-letter queue. */
  readonly isPoison: boolean;
  /** Whether it has the id of its place. */
  readonly named: boolean;
  /** `id` and `date` are those of its place in the tenant. */
  write(id: string, date: string): string | Uint8Array;
  /** What its record says about when it happened: the place's date, the time in the place's id, nothing, or this. */
  readonly time: 'date' | 'id' | 'none' | `${number}-${string}`;
  /** A text that must be in its record as it is; '' for none. */
  readonly found: string;
}

const quoted = (text: string) => JSON.stringify(text);

/** A log with its id and date, and `fields`, JSON text without the braces. */
const named = (
  what: string,
  fields: string,
  extra: Partial<Pick<BadLog, 'shape' | 'isPoison' | 'found'>> = {},
): BadLog => ({
  what,
  shape: 'whole',
  isPoison: false,
  named: true,
  time: 'date',
  found: '',
  write: (id, date) => `{"log_id":"${id}","date":"${date}","type":"s",${fields}}`,
  ...extra,
});

/** A log with its id, whose date is `value`, JSON text. */
const dated = (value: string, time: BadLog['time'] = 'id'): BadLog => ({
  ...named(`the date ${value}`, ''),
  time,
  write: id => `{"log_id":"${id}","date":${value},"type":"s"}`,
});

/** JSON text in the place of a log, without an id. */
const nameless = (what: string, text: string, shape: Shape = 'raw', found = ''): BadLog => ({
  ...named(what, '', { shape, found }),
  named: false,
  time: 'none',
  write: () => text,
});

/** JSON text around bytes that are not UTF-8. */
const bytes = (what: string, inside: readonly number[], found: string): BadLog => ({
  ...named(what, '', { found }),
  write: (id, date) => {
    const before = `{"log_id":"${id}","date":"${date}","type":"s","description":"before `;
    return Buffer.concat([Buffer.from(before), Buffer.from(inside), Buffer.from(' after"}')]);
  },
});

const deep = (open: string, close: string, inside = '') =>
  open.repeat(10_000) + inside + close.repeat(10_000);
const keys = (count: number) =>
  `{${Array.from({ length: count }, (_, i) => `"key ${i}":"value ${i}"`).join(',')}}`;

const SIZES: readonly BadLog[] = [
  named('a description of 2 MB', `"description":${quoted('d'.repeat(2_000_000))}`, { shape: 'cut' }),
  named('a description of 2 MB of escapes', `"description":"${'\\u0001'.repeat(340_000)}"`, { shape: 'cut' }),
  named('a description of 1 MB of emoji', `"description":"${'🧨'.repeat(260_000)}"`, { shape: 'cut' }),
  named('a user agent of 1 MB', `"user_agent":${quoted('Mozilla/5.0 ('.repeat(80_000))}`, { shape: 'cut' }),
  named(
    'twenty fields of 100 kB',
    Array.from({ length: 20 }, (_, i) => `"field_${i}":${quoted(String(i).repeat(100_000))}`).join(','),
    { shape: 'cut' },
  ),
  named(
    'every column of 60 kB',
    ['description', 'scope', 'audience', 'user_name', 'hostname', 'user_id', 'details']
      .map(field => `"${field}":${quoted('c'.repeat(60_000))}`)
      .join(','),
    { shape: 'cut' },
  ),
  named('details of 100,000 keys', `"details":${keys(100_000)}`, { shape: 'cut' }),
  named('100,000 fields of its own', keys(100_000).slice(1, -1), { shape: 'cut' }),
  named('a field name of 100 kB', `"${'n'.repeat(100_000)}":1`, { shape: 'cut' }),
  named('a type of 100 kB', `"type":"${'s'.repeat(100_000)}"`, { shape: 'cut' }),
];

const DEPTHS: readonly BadLog[] = [
  named('details of 10,000 objects in each other', `"details":${deep('{"in":', '}', '1')}`, {
    shape: 'raw',
  }),
  named('details of 10,000 lists in each other', `"details":${deep('[', ']')}`, { shape: 'raw' }),
  named('an unknown field of 10,000 lists in each other', `"depth":${deep('[', ']')}`, { shape: 'raw' }),
  named('a scope of 10,000 lists in each other', `"scope":${deep('[', ']')}`, { shape: 'raw' }),
  nameless('10,000 lists in each other', deep('[', ']')),
];

const CHARACTERS: readonly BadLog[] = [
  named('half a surrogate pair', '"description":"before \\ud83d after"', { found: 'before \ufffd after' }),
  named('the other half', '"user_name":"\\udca9","details":{"\\ude00":"\\ud83d"}', { found: '\ufffd' }),
  named('NUL', '"description":"before \\u0000 after","user_name":"\\u0000"', { found: 'before \0 after' }),
  named('U+FFFE and U+FFFF', '"description":"\ufffe\uffff \\ufffe\\uffff"', {
    found: '\ufffe\uffff \ufffe\uffff',
  }),
  named('line separators', '"description":"\u2028\u2029\\u0085\\r\\n"', { found: '\u2028\u2029\u0085\r\n' }),
  bytes('a byte that UTF-8 does not have', [0xff], 'before \ufffd after'),
  bytes('a character broken off', [0xe2, 0x80], 'before \ufffd after'),
  bytes('half a surrogate pair in UTF-8', [0xed, 0xa0, 0xbd], 'before \ufffd'),
  bytes('Latin-1', [...Buffer.from('Zürich', 'latin1')], 'before Z\ufffdrich after'),
];

const NAMES: readonly BadLog[] = [
  named('__proto__', '"__proto__":{"polluted":"yes"},"details":{"__proto__":{"polluted":"yes"}}', {
    found: '__proto__',
  }),
  named('constructor', '"constructor":{"prototype":{"polluted":"yes"}},"toString":1,"valueOf":null', {
    found: 'constructor',
  }),
  named('hasOwnProperty and toJSON', '"hasOwnProperty":1,"toJSON":"not a function","length":-1', {
    found: 'not a function',
  }),
  named('a key of nothing, of blanks and of dots', '"":"empty","  ":"blank","a.b":"dot"', { found: 'blank' }),
  named('our own columns', '"LogId":"not mine","TimeGenerated":"yesterday","RawLog":"no","Extra":[1]', {
    found: 'not mine',
  }),
  named('Azure’s own columns', '"_ResourceId":"r","TenantId":"t","tenant":"t","Type":"t","Title":"t"', {
    found: '_ResourceId',
  }),
  named('the same key twice', '"description":"first","description":"second"', { found: 'second' }),
];

const TYPES: readonly BadLog[] = [
  ...[
    'null',
    '""',
    '7',
    'true',
    '["s"]',
    '{"code":"s"}',
    '"__proto__"',
    '"constructor"',
    '"nobody knows"',
  ].map(type => named(`the type ${type}`, `"type":${type}`)),
  named('details of text', '"details":"just words"', { found: 'just words' }),
  named('details of a number', '"details":1e400,"location_info":-0'),
  named('details of a list', '"details":[1,[2,[3]],null,{}]'),
  named('lists where texts belong', '"description":[],"user_name":["a","b"],"scope":[{"a":1}],"ip":[[]]'),
  named('objects where texts belong', '"description":{},"user_name":{"first":"a"},"ip":{"v":6}'),
  named('texts where objects belong', '"location_info":"Berlin","auth0_client":"x","security_context":"y"'),
  named('texts where a boolean belongs', '"isMobile":"maybe","is_mobile":"true"', { found: 'maybe' }),
  named('numbers where texts belong', '"description":0,"user_name":1e21,"ip":127.0,"client_id":-1'),
  named('a location of lists', '"location_info":{"country_code":["DE"],"city_name":{"a":1}}'),
];

const DATES: readonly BadLog[] = [
  dated('"yesterday"'),
  dated('""'),
  dated('null'),
  dated('true'),
  dated('[]'),
  dated('{}'),
  dated('{"$date":null}'),
  dated('{"$date":{"$date":{"$date":"no end"}}}'),
  dated('0'),
  dated('-1'),
  dated('1e400'),
  dated('"9999-12-31T23:59:59.999Z"'),
  dated('"1970-01-01T00:00:00.000Z"'),
  dated('"0000-00-00T00:00:00Z"'),
  dated('"2026-02-30T25:61:61.000Z"'),
  dated('"2026-13-01T00:00:00.000Z"'),
  dated('"12/31/2025"'),
  dated('"2026-01-01"'),
  dated('"20260101T000000Z"'),
  dated('1767225600000', '2026-01-01T00:00:00.000Z'),
  dated('{"$date":1767225600000}', '2026-01-01T00:00:00.000Z'),
  dated('{"$date":"2026-01-01T00:00:00.000Z"}', '2026-01-01T00:00:00.000Z'),
  dated('"2026-01-01 00:00:00.123456789"', '2026-01-01T00:00:00.123Z'),
  dated('"2026-01-01T01:00:00+01:00"', '2026-01-01T00:00:00.000Z'),
  dated('"2026-01-01T01:00:00+0100"', '2026-01-01T00:00:00.000Z'),
  dated('"2099-01-01T00:00:00.000Z"', '2099-01-01T00:00:00.000Z'),
];

/** A log without any id. */
export const NOBODY: BadLog = nameless('no id', '{"type":"s","description":"nobody"}', 'whole', 'nobody');

/** What Azure refuses. */
export const POISON: BadLog = named('poison', `"description":"${POISON_MARK}"`, { isPoison: true });

const NAMELESS: readonly BadLog[] = [
  nameless('an empty object', '{}', 'whole'),
  nameless('null', 'null'),
  nameless('true', 'true'),
  nameless('a number', '42'),
  nameless('a text', '"a log in words"', 'raw', 'a log in words'),
  nameless('a list', '[{"log_id":"in a list"}]', 'raw', 'in a list'),
  nameless('an empty list', '[]'),
  NOBODY,
  nameless('ids of null', '{"log_id":null,"_id":null,"id":null,"description":"of null"}', 'whole', 'of null'),
  nameless('an empty id', '{"log_id":"","_id":"","description":"of nothing"}', 'whole', 'of nothing'),
  nameless(
    'an id that is an object',
    '{"log_id":{"$oid":"0123"},"description":"of an object"}',
    'whole',
    '0123',
  ),
  {
    ...nameless('an id that is a number', '', 'whole', 'e+55'),
    write: id => `{"log_id":${id},"_id":${id},"description":"lost digits"}`,
  },
];

const DEAD: readonly BadLog[] = [
  POISON,
  named('what Azure refuses, and will not shape', `"type":"${POISON_MARK}","details":${deep('[', ']')}`, {
    shape: 'raw',
    isPoison: true,
  }),
  { ...nameless('a text that Azure refuses', `"${POISON_MARK}"`), isPoison: true },
];

export const BAD_LOGS: readonly BadLog[] = [
  ...SIZES,
  ...DEPTHS,
  ...CHARACTERS,
  ...NAMES,
  ...TYPES,
  ...DATES,
  ...NAMELESS,
  ...DEAD,
];

/** A log whose id is `value`, JSON text, which is not a place in the tenant. */
const misnamed = (what: string, value: (id: string) => string): BadLog => ({
  what,
  shape: 'whole',
  isPoison: false,
  named: false,
  time: 'date',
  found: 'misnamed',
  write: (id, date) => `{"log_id":${value(id)},"date":"${date}","type":"s","description":"misnamed"}`,
});

/** A log of no interest. */
export const GOOD: BadLog = named('a good log', '"description":"good"', { found: 'good' });

/** A log with the id of the log `back` places before its own; after it, when `back` is negative. */
export const echo = (back: number): BadLog => ({
  ...GOOD,
  what: `the id of the log ${back} before`,
  named: false,
  write: (id, date) => GOOD.write(logIdAt((logIdTimeMs(id) ?? 0) - back * 1000), date),
});

/** Ids that would send the checkpoint astray if they were believed. */
export const MISNAMED: readonly BadLog[] = [
  misnamed('words', () => '"nobody"'),
  misnamed('a path', () => '"../../oauth/token?from=1"'),
  misnamed('a few digits', () => '"99"'),
  misnamed('a digit too many', id => `"${id}0"`),
  misnamed('a digit too few', id => `"${id.slice(0, -1)}"`),
  misnamed('nothing but nines', () => `"${'9'.repeat(56)}"`),
  misnamed('nothing but zeros', () => `"${'0'.repeat(56)}"`),
  misnamed('a time to come', id => `"9002099${id.slice(7)}"`),
  misnamed('a time long gone', id => `"9002001${id.slice(7)}"`),
  misnamed('100 kB of digits', () => `"${'9'.repeat(100_000)}"`),
  misnamed('line breaks', id => `"${id}\\r\\nx: y"`),
];

export interface Place {
  readonly bad: BadLog;
  readonly id: string;
  readonly date: string;
}

/** A tenant with these logs, in this order, a second apart, the last one at `toMs`. Its dates trail its ids by 2 s. */
export function tenantOf(logs: readonly BadLog[], toMs: number) {
  const places = logs.map((bad, index): Place => {
    const atMs = toMs - (logs.length - 1 - index) * 1000;
    return { bad, id: logIdAt(atMs), date: new Date(atMs - 2000).toISOString() };
  });
  const byId = new Map(places.map(place => [place.id, place]));
  return {
    places,
    logs: places.map(({ id, date }): Log => ({ log_id: id, _id: id, date, type: 's' })),
    writeLog: (log: Log) => {
      const place = byId.get(log.log_id);
      return place ? place.bad.write(place.id, place.date) : JSON.stringify(log);
    },
  };
}
