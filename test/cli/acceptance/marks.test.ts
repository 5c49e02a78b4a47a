/** Whatever documents and simulators mark as not known is a question, or says why it cannot be one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NOT_ASKED, QUESTIONS } from '../../../cli/acceptance/questions.ts';
import { ROOT } from '../cli.ts';

const NOT_KNOWN =
  /(?<!core\/)unproven|(?<!types )inferred|(not|nor) documented|CloudWatch does not document|undocumented|is a guess|which \w+ does not promise|seen in the field|documented both ways|both are simulated|only tested on a simulator|has not been tried|has seen 50 MiB/i;
/** Where the command itself is described. */
const OWN = ['docs/acceptance.md'];
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const MARKS = [...QUESTIONS.flatMap(({ marks }) => marks), ...NOT_ASKED];

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(md|ts)$/.test(name))
    .map(name => `${folder}/${name}`)
    .filter(name => !OWN.includes(name));
}

const all = ['docs', 'simulator'].flatMap(filesUnder).flatMap(file =>
  read(file)
    .split('\n')
    .map(line => ({ file, line })),
);
/** Those of the documents and simulators that say so. */
const lines = all.filter(({ line }) => NOT_KNOWN.test(line));

test('every mark is a question, or has a reason not to be one', () => {
  expect(lines.length).toBeGreaterThan(15);
  const isListed = ({ file, line }: (typeof lines)[number]) =>
    MARKS.some(mark => file.startsWith(mark.file) && line.includes(mark.words));
  expect(lines.filter(one => !isListed(one))).toEqual([]);
});

test('every listed mark is there', () => {
  const isThere = ({ file, words }: (typeof MARKS)[number]) =>
    all.some(one => one.file.startsWith(file) && one.line.includes(words));
  expect(MARKS.filter(mark => !isThere(mark))).toEqual([]);
});

test('each question names a page or a vendor’s page, and all cost less than a dollar', () => {
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-');
  for (const { fact } of QUESTIONS) {
    if (fact.startsWith('https://')) continue;
    const [file = '', section] = fact.split('#');
    const text = read(file);
    if (section === undefined) continue;
    expect([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading))).toContain(section);
  }
  expect(QUESTIONS.reduce((sum, { dollars }) => sum + dollars, 0)).toBeLessThan(1);
  expect(new Set(QUESTIONS.map(({ id }) => id)).size).toBe(QUESTIONS.length);
});
