import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { confirm } from '../../../cli/terminal/confirm.ts';

/** What is answered when these lines are typed; null ends the input. */
function answered(typed: string | null, stop = new AbortController()) {
  const input = new PassThrough();
  const output = new PassThrough();
  const answer = confirm({ input, output }, 'Begin?', stop.signal);
  if (typed === null) input.end();
  else input.write(typed);
  return answer.then(yes => ({ yes, shown: String(output.read()) }));
}

describe('a question', () => {
  test.each([
    ['y\n', true],
    [' YES \n', true],
    ['n\n', false],
    ['\n', false],
    ['yeah\n', false],
    [null, false],
  ])('answered %j is a yes: %s', async (typed, yes) => {
    expect(await answered(typed)).toEqual({ yes, shown: 'Begin? [y/N] ' });
  });

  test('that is broken off is answered no', async () => {
    const stop = new AbortController();
    const answer = answered('', stop);
    stop.abort();
    expect((await answer).yes).toBe(false);
  });
});
