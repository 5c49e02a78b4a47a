import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redactor } from '../../../lambda/core/record/redact.ts';
import type { Redaction } from '../../../lambda/core/record/redaction-field.ts';

const rule = (field: string, how: Redaction['how'] = 'mask'): Redaction => ({ field, how });
const masked = (log: unknown, ...fields: string[]) =>
  redactor(
    fields.map(field => rule(field)),
    undefined,
  )(log);

test('without rules a log is given back itself', () => {
  const log = { user_name: 'ada@example.com' };
  expect(redactor([], undefined)(log)).toBe(log);
});

test('a log that holds nothing of what the rules name is given back itself', () => {
  const log = { type: 's' };
  expect(masked(log, 'user_name', 'details.*.email')).toBe(log);
});

test('mask, hash and drop do what they say, and leave the rest', () => {
  const rules = [rule('user_name', 'mask'), rule('user_id', 'hash'), rule('ip', 'drop')];
  const log = { user_name: 'Ada', user_id: 'auth0|1', ip: '::1', type: 's' };
  expect(redactor(rules, 'a key')(log)).toEqual({
    user_name: '[redacted]',
    user_id: `hmac:${createHmac('sha256', 'a key').update('auth0|1').digest('hex').slice(0, 32)}`,
    type: 's',
  });
});

test('equal values have equal hashes under one key, and other ones under another', () => {
  const hash = (value: unknown, key: string) => redactor([rule('user_id', 'hash')], key)({ user_id: value });
  expect(hash('auth0|1', 'k')).toEqual(hash('auth0|1', 'k'));
  expect(hash('auth0|1', 'k')).not.toEqual(hash('auth0|2', 'k'));
  expect(hash('auth0|1', 'k')).not.toEqual(hash('auth0|1', 'l'));
});

test('a path leads through objects and arrays, and a star through any key and element', () => {
  const log = { details: { users: [{ email: 'a', age: 1 }, { email: 'b' }], other: { email: 'c' } } };
  expect(masked(log, 'details.users.*.email')).toEqual({
    details: {
      users: [{ email: '[redacted]', age: 1 }, { email: '[redacted]' }],
      other: { email: 'c' },
    },
  });
  expect(masked(log, 'details.users.1.email')).toEqual({
    details: { users: [{ email: 'a', age: 1 }, { email: '[redacted]' }], other: { email: 'c' } },
  });
  expect(masked(log, 'details.*.email')).toEqual({
    details: { users: log.details.users, other: { email: '[redacted]' } },
  });
});

test('a dropped element leaves no hole in its array', () => {
  expect(redactor([rule('list.1', 'drop')], undefined)({ list: [1, 2, 3] })).toEqual({ list: [1, 3] });
});

test('what is not text is redacted as JSON text; null and empty text stay', () => {
  const rules = [rule('a', 'mask'), rule('b', 'hash'), rule('c', 'hash'), rule('d'), rule('e')];
  const log = { a: { deep: ['x'] }, b: 42, c: '42', d: null, e: '' };
  const redacted = redactor(rules, 'k')(log) as Record<string, unknown>;
  expect(redacted).toMatchObject({ a: '[redacted]', d: null, e: '' });
  expect(redacted['b']).toBe(redacted['c']);
});

test('where rules overlap the first one counts', () => {
  const log = { details: { email: 'ada@example.com', note: 'x' } };
  expect(redactor([rule('details.email', 'drop'), rule('details.*')], undefined)(log)).toEqual({
    details: { note: '[redacted]' },
  });
  expect(redactor([rule('details.*'), rule('details.email', 'drop')], undefined)(log)).toEqual({
    details: { email: '[redacted]', note: '[redacted]' },
  });
});

test('a value found is replaced wherever else it occurs: in upper case, in JSON text, in a URL, in a key', () => {
  const name = 'ada "the first" lovelace+1@example.com';
  const log = {
    user_name: name,
    description: `Wrong password for ${name.toUpperCase()}.`,
    details: {
      body: JSON.stringify({ name }),
      path: `/api/v2/users-by-email?email=${encodeURIComponent(name)}`,
      [name]: [name, 'Grace'],
    },
  };
  expect(masked(log, 'user_name')).toEqual({
    user_name: '[redacted]',
    description: 'Wrong password for [redacted].',
    details: {
      body: '{"name":"[redacted]"}',
      path: '/api/v2/users-by-email?email=[redacted]',
      '[redacted]': ['[redacted]', 'Grace'],
    },
  });
});

test('elsewhere a hashed value becomes the same hash, and a dropped one is masked', () => {
  const log = {
    user_name: 'ada@example.com',
    ip: '192.0.2.7',
    description: 'ada@example.com from 192.0.2.7',
  };
  const redacted = redactor([rule('user_name', 'hash'), rule('ip', 'drop')], 'k')(log) as typeof log;
  expect(redacted.description).toBe(`${redacted.user_name} from [redacted]`);
});

test('of two values found, one the beginning of the other, the longer one is replaced first', () => {
  const log = {
    user_name: 'ada@example',
    user_id: 'ada@example.com',
    description: 'ada@example.com, ada@example',
  };
  const redacted = redactor([rule('user_name'), rule('user_id', 'hash')], 'k')(log) as typeof log;
  expect(redacted.description).toBe(`${redacted.user_id}, [redacted]`);
});

test('values shorter than 4 characters are left elsewhere, since they occur by chance', () => {
  expect(masked({ user_name: 'Ada', description: 'Adaptive MFA' }, 'user_name')).toEqual({
    user_name: '[redacted]',
    description: 'Adaptive MFA',
  });
});

test('a user whose name is a plain word does not rename the keys of a log', () => {
  const log = { user_name: 'request', details: { request: { note: 'a request' } } };
  expect(masked(log, 'user_name')).toEqual({
    user_name: '[redacted]',
    details: { request: { note: 'a [redacted]' } },
  });
});

test('a value that looks like a pattern, or like what replaces it, is only text', () => {
  expect(masked({ user_name: '.*|[a$&', description: 'abc .*|[a$& d' }, 'user_name')).toEqual({
    user_name: '[redacted]',
    description: 'abc [redacted] d',
  });
  expect(masked({ user_name: 'redacted', description: '-' }, 'user_name')).toEqual({
    user_name: '[redacted]',
    description: '-',
  });
});

test('a value too long for a regular expression is replaced as well', () => {
  const value = 'x'.repeat(50_000);
  expect(masked({ user_name: value, description: `<${value}>` }, 'user_name')).toEqual({
    user_name: '[redacted]',
    description: '<[redacted]>',
  });
});

test('id, date and type of a log stay, whatever a star or a user’s name touches', () => {
  const log = {
    log_id: '90020240101',
    date: '2024-01-01T00:00:00.000Z',
    type: 'sapi',
    user_name: '2024',
    x: 'sapi',
  };
  expect(masked(log, '*')).toEqual({ ...log, user_name: '[redacted]', x: '[redacted]' });
  expect(masked(log, 'user_name')).toEqual({ ...log, user_name: '[redacted]' });
});

test('the log given is never changed, however deep, and `__proto__` is a key like any other', () => {
  const text =
    '{"__proto__":{"email":"ada@example.com"},"a":{"__proto__":"ada@example.com"},"b":["ada@example.com"]}';
  const log: unknown = JSON.parse(text);
  const redacted = masked(log, '__proto__.email');
  expect(JSON.stringify(redacted)).toBe(text.replaceAll('ada@example.com', '[redacted]'));
  expect(JSON.stringify(log)).toBe(text);
  expect(Object.hasOwn({}, 'email')).toBe(false);
});

test('a log nested 50,000 deep is redacted to its bottom', () => {
  const deep = (text: string): unknown =>
    JSON.parse(
      `{"user_name":"ada@example.com","details":${'['.repeat(50_000)}"${text}"${']'.repeat(50_000)}}`,
    );
  let at = (masked(deep('ada@example.com'), 'user_name') as { details: unknown }).details;
  while (Array.isArray(at)) at = at[0];
  expect(at).toBe('[redacted]');
});

test('a text or a list instead of a log is refused rather than let through; other values hold no names', () => {
  expect(() => masked('ada@example.com', 'user_name')).toThrow('cannot be redacted');
  expect(() => masked([{ user_name: 'ada@example.com' }], 'user_name')).toThrow('cannot be redacted');
  expect(masked(null, 'user_name')).toBe(null);
});

test('a hash without a key is refused at once, naming the field and what to do', () => {
  for (const key of [undefined, '']) {
    expect(() => redactor([rule('user_name', 'hash')], key)).toThrow(
      /"user_name".*no redaction key.*"mask" or "drop"/,
    );
  }
});

test.each(['log_id', '_id', 'id', 'date', 'type'])('a rule for %s is refused at once', field => {
  expect(() => redactor([rule(field)], undefined)).toThrow(`"${field}" cannot be redacted`);
});

test('whatever a log holds, a redacted e-mail address is nowhere in it', () => {
  const address = 'Ada.Lovelace@Example.com';
  const written = fc.constantFrom(
    address,
    address.toLowerCase(),
    encodeURIComponent(address),
    `{"a":"${address}"}`,
  );
  const text = fc.tuple(fc.string(), written, fc.string()).map(parts => parts.join(''));
  const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.jsonValue(),
      fc.array(tie('tree')),
      fc.dictionary(fc.oneof(fc.string(), text), tie('tree')),
    ),
  }));
  fc.assert(
    fc.property(tree, details => {
      const before = JSON.stringify(details);
      const after = JSON.stringify(masked({ user_name: address, details }, 'user_name'));
      expect(after.toLowerCase()).not.toMatch(/ada\.lovelace(@|%40)example\.com/);
      expect(JSON.stringify(details)).toBe(before);
    }),
  );
});
