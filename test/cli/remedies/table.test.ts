import { expect, test } from 'vitest';
import { wrappedLines } from '../../../cli/terminal/text.ts';
import { sources } from '../../architecture/sources.ts';
import { TABLE } from './table.ts';

const OF_ANOTHER_CALL: Readonly<Record<string, string>> = {
  firstRun: 'run --once',
  revertDrift: 'deploy --revert-drift',
  deployment: 'deploy',
  templateAlone: 'deploy --dry-run',
  INIT: 'init',
  enableSchedule: 'aws scheduler update-schedule',
  backfillCommand: 'backfill',
  backfillLines: 'backfill',
};
const CALL =
  /\bcommand\(\[([^\]]*)\]|\b(firstRun|revertDrift|enableSchedule|deployment|templateAlone|backfillCommand|backfillLines)\(|\$\{(INIT)\}/g;
const WRITTEN =
  /awsCommand\(\s*[`'](\w+ [\w-]+)|\bput = `(\w+ [\w-]+)|[\s'`"](az [a-z]+|timedatectl \S+|chmod (?:-R|600)|sudo chown|cp \S+\.json)/g;
/** Help is no remedy: test/docs/commands.test.ts runs its examples. */
const IS_HELP =
  /^cli\/(main|[\w-]+\/command)\.ts$|^cli\/azure\/|^cli\/pipelines\/remedy\.ts$|^cli\/window\/|^cli\/terminal\//;

/** `file: command` of each command that a text of the command line tells to type. */
function written(): string[] {
  return sources
    .filter(({ file }) => file.startsWith('cli/') && !IS_HELP.test(file))
    .flatMap(({ file, text }) => {
      const code = text.replaceAll(/^import .*$|^\s*(\/\*\*|\*|\/\/).*$/gm, '');
      const called = [...code.matchAll(CALL)]
        .map(([, words, name, constant]) => ({ words, call: name ?? constant ?? '' }))
        .map(({ words, call }) =>
          words === undefined
            ? (OF_ANOTHER_CALL[call] ?? call)
            : [...words.matchAll(/'([^']+)'/g)]
                .map(([, word]) => word)
                .slice(0, 2)
                .join(' '),
        );
      const literal = [...code.matchAll(WRITTEN)].map(([, aws, put, other]) => other ?? `aws ${aws ?? put}`);
      return [...called, ...literal].map(
        one => `${file}: ${one.replace(/^(doctor --dcr|dry-run --max) .*/, '$1')}`,
      );
    });
}

test('has a row for each command that the command line tells to type, and no other', () => {
  expect([...new Set(written())].sort()).toEqual(
    TABLE.map(({ file, command }) => `${file}: ${command}`).sort(),
  );
});

test.each(TABLE)('$file, $command: the test is there', ({ test: file, scene }) => {
  expect(sources.find(one => one.file === file)?.text).toContain(scene);
});

test.each(TABLE)('$file, $command: no line of an error breaks it', ({ command }) => {
  const isOthers = /^(aws|az|chmod|sudo|timedatectl) /.test(command);
  const line = `  ${isOthers ? '' : 'npx auth0-logs-to-azure '}${command} with some more words`;
  expect(wrappedLines(line, 11)).toBe(line);
});

test('counts what is executed, and what bash only parses', () => {
  const executed = TABLE.filter(({ proof }) => proof === 'executed').length;
  process.stdout.write(
    `remedies: ${TABLE.length}, executed ${executed}, only parsed ${TABLE.length - executed}\n`,
  );
  expect(executed).toBeGreaterThan(TABLE.length / 2);
});
