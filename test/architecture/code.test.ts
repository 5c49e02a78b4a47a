import { describe, expect, test } from 'vitest';
import { sources } from './sources.ts';

describe('the code', () => {
  test('of core has no clock, no chance, no environment, no network and no console', () => {
    const forbidden =
      /\b(Date\.now\(|new Date\(\)|Math\.random|process\.|console\.|setTimeout\(|setInterval\(|AbortSignal\.timeout\(|\bfetch\()/;
    // The one timer: what limits a call must fire even where time stands still.
    const timer = /^lambda\/core\/http\.ts: const timer = setTimeout\(/;
    expect(linesUnder('lambda/core/', forbidden).filter(line => !timer.test(line))).toEqual([]);
  });

  test('of the Lambda reads the environment and makes clients in wiring alone', () => {
    const forbidden = /process\.env|new (DynamoDB|SQS|SecretsManager)Client\(/;
    const offenders = linesUnder('lambda/', forbidden);
    expect(offenders.filter(line => !/^lambda\/wiring(-azure)?\.ts: /.test(line))).toEqual([]);
  });

  test('outside the tests has no file of more than 300 lines', () => {
    const long = sources.filter(
      ({ file, text }) => !file.startsWith('test/') && text.split('\n').length > 301,
    );
    expect(long.map(({ file }) => file)).toEqual([]);
  });

  test('of the command line writes a command of ours in one place, and in the examples of its help', () => {
    const isHelp = (line: string) =>
      /^cli\/(main|[\w-]+\/command)\.ts: /.test(line) ||
      /npx auth0-logs-to-azure (help|\w+ --help)/.test(line);
    const written = linesUnder('cli/', /npx cdk|npx auth0-logs|['"`\s]aws [a-z-]+ [a-z-]+ --/);
    const others = written.filter(line => !line.startsWith('cli/pipelines/remedy.ts: ') && !isHelp(line));
    expect(others).toEqual([]);
  });

  test('has no file and no folder called utils, common, helpers or index', () => {
    const names = /(^|\/)(utils?|common|helpers?|index)(\/|\.[a-z]+$)/;
    expect(sources.filter(({ file }) => names.test(file)).map(({ file }) => file)).toEqual([]);
  });
});

/** `file: line` of each line that has what is forbidden, without comments. */
function linesUnder(folder: string, forbidden: RegExp): string[] {
  return sources
    .filter(({ file }) => file.startsWith(folder))
    .flatMap(({ file, text }) =>
      withoutComments(text)
        .filter(line => forbidden.test(line))
        .map(line => `${file}: ${line.trim()}`),
    );
}

function withoutComments(text: string): string[] {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .split('\n');
}
