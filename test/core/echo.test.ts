import { describe, expect, test } from 'vitest';
import { withoutRecords, withoutSecrets } from '../../lambda/core/echo.ts';
import type { PostAnswer } from '../../lambda/core/model.ts';

test('secrets are removed as they are and as a form writes them', () => {
  const secret = 'a+b c/d~"e"';
  const form = new URLSearchParams({ client_secret: secret }).toString();
  expect(withoutSecrets(`${secret} | ${form} | ${encodeURIComponent(secret)}`, [secret])).toBe(
    '[removed] | client_secret=[removed] | [removed]',
  );
  expect(withoutSecrets('nothing of it', ['', 'secret'])).toBe('nothing of it');
});

describe('Azure’s words', () => {
  const record = {
    LogId: '90020260301115900123444444444444444444444444444444444444',
    EventType: 's',
    Description: 'Jane Doe of Example asked for a new password',
    ActorUsername: 'jane.doe4@example.com',
    CityName: 'Kyiv',
  };
  const body = `[${JSON.stringify(record)}]`;
  const answer = (message: string): PostAnswer => ({
    kind: 'answered',
    status: 400,
    code: 'InvalidDataFormat',
    message,
  });

  test.each([
    "The value 'Jane Doe of Example asked for a new password' is not valid.",
    'Unexpected value "Kyiv" in a record',
    'Unexpected value `Kyiv',
    "A record doesn't fit: 'Kyiv'",
    'jane.doe4@example.com is not an address.',
    '(jane.doe4@example.com)',
    'No record may say Jane Doe of Example',
    `Cannot read ${body.slice(0, 120)}…`,
    `Cannot read ${JSON.stringify(body)}`,
  ])('are not told when they repeat a log: %s', message => {
    const { message: told, ...rest } = withoutRecords(answer(message), body) as PostAnswer & {
      message: string;
    };
    expect(rest).toEqual({ kind: 'answered', status: 400, code: 'InvalidDataFormat' });
    expect(told).toBe('Azure’s message quotes a log and is not shown');
  });

  test.each([
    'A record could not be processed.',
    "The stream 'Custom-Nobody_CL' is not in the data collection rule.",
    'The property "Description" is not in the table, nor is \'CityName\'.',
    'Maximum allowed content length: 1048576 bytes. Provided content length: 1048577 bytes.',
    'asked for a password',
    '',
  ])('are told when they do not: %s', message => {
    expect(withoutRecords(answer(message), body)).toEqual(answer(message));
  });

  test('what is no answer is left as it is', () => {
    const cut: PostAnswer = { kind: 'unanswered', code: 'ECONNRESET', message: 'Kyiv "Kyiv"' };
    expect(withoutRecords(cut, body)).toBe(cut);
  });
});
