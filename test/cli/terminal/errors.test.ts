import { afterEach, expect, test, vi } from 'vitest';
import { causesOf, EXIT, reportError, UsageError } from '../../../cli/terminal/errors.ts';

afterEach(() => void vi.restoreAllMocks());

function printed(error: unknown, verbose: boolean): { code: number; text: string } {
  const lines: string[] = [];
  vi.spyOn(console, 'error').mockImplementation(line => void lines.push(String(line)));
  return { code: reportError(error, verbose), text: lines.join('\n') };
}

const refused = Object.assign(new Error('not\nyou'), {
  name: 'AccessDeniedException',
  $metadata: { httpStatusCode: 403, requestId: 'r-1' },
});
const lost = Object.assign(new Error('the table is out of reach', { cause: refused }), { code: 'E_TABLE' });

test('an expected error is one line, and with --verbose its causes, without a stack', () => {
  const error = new UsageError('that cannot be done; do this', lost);
  expect(printed(error, false)).toEqual({ code: EXIT.usage, text: 'error: that cannot be done; do this' });
  expect(printed(error, true).text).toBe(
    'error: that cannot be done; do this\n' +
      '       caused by Error: the table is out of reach (code E_TABLE)\n' +
      '       caused by AccessDeniedException: not you (HTTP status 403, request r-1)',
  );
});

test('an unexpected error names itself, and shows where it was only with --verbose', () => {
  const bug = new TypeError('x is undefined', { cause: 'no reason' });
  const { code, text } = printed(bug, false);
  expect(code).toBe(EXIT.fault);
  expect(text).toContain('unexpected error: TypeError: x is undefined');
  expect(text).not.toContain('errors.test.ts');
  const verbose = printed(bug, true).text;
  expect(verbose).toContain('errors.test.ts');
  expect(verbose).toContain('caused by no reason');
});

test('a chain of causes that bites its tail ends', () => {
  const one = new Error('one');
  const two = new Error('two', { cause: one });
  one.cause = two;
  expect(causesOf(one)).toEqual(['Error: two']);
});
