import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactor } from '../../../lambda/core/record/redact.ts';

const rules = [{ field: 'user_name', how: 'mask' as const }];
/** What becomes of a text beside a user of this name. */
const scrubbed = (name: string, text: string) =>
  (redactor(rules, undefined)({ user_name: name, text }) as { text: string }).text;

/** How a text is written inside another, and how it is read again. */
interface Encoding {
  readonly write: (text: string) => string;
  readonly read: (text: string) => string;
}

const hex = (text: string) =>
  [...Buffer.from(text)].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('');
const jsonAscii = (text: string) =>
  JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^ -~]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const readJson = (text: string) => JSON.parse(`"${text}"`) as string;
const readForm = (text: string) => new URLSearchParams(`x=${text}`).get('x') ?? '';
const html = (text: string) =>
  text.replace(
    /[&<>"']/g,
    mark => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[mark]!,
  );
const readHtml = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replace(/&#39;|&#x27;/g, "'")
    .replaceAll('&amp;', '&');

const ENCODINGS: Readonly<Record<string, Encoding>> = {
  'as it is': { write: text => text, read: text => text },
  encodeURIComponent: { write: encodeURIComponent, read: decodeURIComponent },
  'percent, lower-case hex': {
    write: text => encodeURIComponent(text).replace(/%../g, octet => octet.toLowerCase()),
    read: decodeURIComponent,
  },
  'percent, strict as RFC 3986': {
    write: text => encodeURIComponent(text).replace(/[!'()*]/g, mark => hex(mark).toUpperCase()),
    read: decodeURIComponent,
  },
  'percent, every byte': { write: hex, read: decodeURIComponent },
  'a form': { write: text => new URLSearchParams({ x: text }).toString().slice(2), read: readForm },
  JSON: { write: text => JSON.stringify(text).slice(1, -1), read: readJson },
  'JSON in ASCII': { write: jsonAscii, read: readJson },
  'JSON in ASCII, upper-case hex': {
    write: text => jsonAscii(text).replace(/\\u(....)/g, (_, digits: string) => `\\u${digits.toUpperCase()}`),
    read: readJson,
  },
  HTML: { write: html, read: readHtml },
};
const names = Object.keys(ENCODINGS);

describe('a value is found in a text that writes it', () => {
  const NAME = `Zoë O'Hara+1 "z" <zoe@example.com>`;
  const pairs = names.flatMap(outer => names.map(inner => [inner, outer] as const));
  test.each(pairs)('as %s, in %s', (inner, outer) => {
    const write = (text: string) => ENCODINGS[outer]!.write(ENCODINGS[inner]!.write(text));
    const text = `q=${write(NAME)};${write(NAME.toUpperCase())}`;
    expect(scrubbed(NAME, text)).toBe('q=[redacted];[redacted]');
    const read = (text: string) => ENCODINGS[inner]!.read(ENCODINGS[outer]!.read(text));
    expect(read(scrubbed(NAME, write(`<a href="x">${NAME}</a>`)))).toBe('<a href="x">[redacted]</a>');
  });

  test.each([
    ['anna+tag@example.com', 'x%2Banna%2Btag%40example.com', 'x%2B[redacted]'],
    ['anna+tag@example.com', '/u/anna+tag%2540example.com/', '/u/[redacted]/'],
    [
      'Anna Lee',
      '?n=Anna+Lee&m=Anna%20Lee&o=Anna%2BLee&p=anna%252520lee',
      '?n=[redacted]&m=[redacted]&o=[redacted]&p=[redacted]',
    ],
    [
      "O'Hara",
      '?n=O%27Hara&m=O&#39;Hara&o=O&#x27;Hara&p=O&apos;Hara',
      '?n=[redacted]&m=[redacted]&o=[redacted]&p=[redacted]',
    ],
    [
      'Zoë Lee',
      'Zo\\u00eb Lee; Zo\\\\u00EB Lee; Zo%EB Lee; Zo%u00EB Lee; Zo\\xeb Lee',
      '[redacted]; [redacted]; [redacted]; [redacted]; [redacted]',
    ],
    ['😀 Anna', '\\ud83d\\ude00 Anna %F0%9F%98%80%20Anna', '[redacted] [redacted]'],
    ['a/b/c/d', '{"url":"a\\/b\\/c\\/d"}', '{"url":"[redacted]"}'],
    [
      '100%25 sure',
      'he is 100%25 sure, 100% sure, 100%2525%20sure',
      'he is [redacted], [redacted], [redacted]',
    ],
    ['ada.lovelace', '%ada.lovelace%', '%[redacted]%'],
    ['ada@example.com', '%ada%40example.com', '%[redacted]'],
    ['¡  +', ' \\u00A1  + ', ' [redacted] '],
    ['+éab', 'tel=+\\u00e9ab', 'tel=[redacted]'],
    ['++++', 'a    b ++++ %2B%2B%2b%2b', 'a    b [redacted] [redacted]'],
  ])('%s in %s', (name, text, expected) => {
    expect(scrubbed(name, text)).toBe(expected);
  });

  test('of a value and a longer one that is encoded, the longer is replaced whole', () => {
    const rules = ['nickname', 'user_name'].map(field => ({ field, how: 'mask' as const }));
    const log = {
      nickname: 'ada.lovelace',
      user_name: 'ada.lovelace@example.com',
      url: '?u=ada.lovelace%40example.com',
    };
    expect(redactor(rules, undefined)(log)).toMatchObject({ url: '?u=[redacted]' });
  });

  test('in a key too, and with the hash that stands elsewhere', () => {
    const hashing = redactor([{ field: 'user_name', how: 'hash' }], 'k');
    const log = {
      user_name: 'ada@example.com',
      details: { '/users/ada%40example.com': 'ada%2540example.com' },
    };
    const { user_name, details } = hashing(log) as { user_name: string; details: object };
    expect(details).toEqual({ [`/users/${user_name}`]: user_name });
  });
});

test('texts that hold escapes and no value stay as they are, letter by letter', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('%', '4', '1', '2', '5', '+', '\\', 'u', '0', '&', '#', ';', 'x') }),
      text => {
        expect(scrubbed('somebody@example.com', text)).toBe(text);
      },
    ),
  );
});

test('whatever the value and whatever it is written in, it is nowhere when that is read again', () => {
  const value = fc
    .string({ minLength: 4, maxLength: 30, unit: 'grapheme' })
    .filter(
      text => text.isWellFormed() && text.trim().length >= 4 && !'[redacted]'.includes(text.toLowerCase()),
    )
    // What overlaps with the text in its place could come about by it.
    .filter(text => !/[[\]]/.test(text));
  const marks = fc.constantFrom('', ' ', '=', '"', ':', '/', '?', '&', ',', '<', '>');
  const around = fc.tuple(fc.string({ unit: 'grapheme' }), marks).map(parts => parts.join(''));
  const encodings = fc.array(fc.constantFrom(...names), { maxLength: 3 });
  fc.assert(
    fc.property(
      value,
      around.filter(text => !/[%\\]$/.test(text)),
      around,
      encodings,
      (name, before, after, chosen) => {
        let text = `${before} ${name} ${after}`;
        for (const one of chosen) text = ENCODINGS[one]!.write(text);
        let read = scrubbed(name, text);
        for (const one of chosen.toReversed()) read = ENCODINGS[one]!.read(read);
        expect(read.toLowerCase()).not.toContain(name.toLowerCase());
        expect(read).toContain('[redacted]');
      },
    ),
    { numRuns: 2000 },
  );
});

describe('texts made to be slow', () => {
  test.each([
    ['percent signs', '%'.repeat(300_000)],
    ['percents of percents', `%${'25'.repeat(150_000)}40`],
    ['half of UTF-8', '%f0%9f%98'.repeat(30_000)],
    ['back slashes', '\\'.repeat(300_000)],
    ['references that never end', '&#'.repeat(150_000)],
    ['pluses', '+'.repeat(300_000)],
    ['nearly the value', 'anna@example.co'.repeat(20_000)],
  ])('of %s take no longer than any', (_, text) => {
    const plain = () => scrubbed('anna@example.com', 'x'.repeat(300_000));
    plain();
    const startedAt = performance.now();
    scrubbed('anna@example.com', text);
    // Eight layers of it, on a machine that has other things to do.
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});
