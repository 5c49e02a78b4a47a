/** The linters of prose, as `npm run lint:prose` sets them. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** What the linter reports on the text, and its exit code. */
function lint(program: string, given: readonly string[], text: string) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [resolve(ROOT, 'node_modules', program), ...given],
    { cwd: ROOT, input: text, encoding: 'utf8' },
  );
  return { status, report: stdout + stderr };
}
const spelling = (file: string, text: string) =>
  lint('cspell/bin.mjs', ['lint', '--no-progress', '--no-summary', `stdin://${file}`], text);
const markdown = (text: string) =>
  lint('markdownlint-cli2/markdownlint-cli2-bin.mjs', ['--no-globs', '-'], text);

const GOOD = `# Setup

Run \`npm run licenses\`. Azure authorizes the function, and [the alarm](behaviour.md) names its color.

| Say | Not |
| --- | --- |
| a cell that is wide | a cell |

\`\`\`sh
colour --whilst
\`\`\`
`;

describe('markdownlint', () => {
  test('takes a good document', () => expect(markdown(GOOD)).toEqual({ status: 0, report: '' }));

  test.each([
    ['a heading without a blank line', '# Setup\nText.\n', 'MD022'],
    ['a level of headings left out', '# Setup\n\n### Step\n', 'MD001'],
    ['a table with a cell too many', '# Setup\n\n| a |\n| --- |\n| 1 | 2 |\n', 'MD056'],
    ['a link to no heading', '# Setup\n\n[Step](#step)\n', 'MD051'],
  ])('refuses %s', (_what, text, rule) => {
    expect(markdown(text)).toEqual({ status: 1, report: expect.stringContaining(rule) });
  });
});

describe('cspell', () => {
  test.each([
    ['a document', 'docs/x.md', GOOD],
    ['code', 'cli/x.ts', "/** Authorizes. */\nconst behaviour = colour('licenses', 'a color');\n"],
    ['a query', 'azure/queries/x.kql', '// description: The colors\nAuth0Logs | where isnotnull(Colour)\n'],
  ])('takes %s in American spelling, and names as they are', (_what, file, text) => {
    expect(spelling(file, text)).toEqual({ status: 0, report: '' });
  });

  const british = 'authorise behaviour catalogue centre colour judgement labelled licence organisation';
  const refused = expect.stringMatching(british.split(' ').join('[^]*'));
  test.each([
    ['a document', 'docs/x.md', `# Setup\n\nText: ${british}, and tehse.\n`],
    ['a comment', 'lambda/x.ts', `/** It has ${british}, and tehse. */\n`],
    ['a string', 'simulator/x.ts', `const text = 'it has ${british}, and tehse';\n`],
    ['a query', 'azure/queries/x.kql', `// description: ${british}, and tehse\n`],
  ])('refuses British spelling and mistakes in %s', (_what, file, text) => {
    const { status, report } = spelling(file, text);
    expect(status).toBe(1);
    expect(report).toEqual(refused);
    expect(report).toContain('tehse');
  });
});
