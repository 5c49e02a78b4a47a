import { describe, expect, test } from 'vitest';
import { FINE, refusedIn, WORDS } from '../../scripts/words.ts';

const FOUND = [expect.stringMatching(/^x\.\w+:\d+: "/)];

test('the table of phrases is read', () => {
  expect(WORDS.length).toBeGreaterThan(40);
  expect(WORDS).toContainEqual({ say: 'rejected the credentials (403)', not: 'denies' });
  expect(FINE).toContain('there is no');
});

describe.each(WORDS)('"$not"', ({ not, say }) => {
  const [first, ...rest] = not.split(' ');
  const broken = (seam: string) => [first, rest.join(' ')].join(rest.length > 0 ? seam : ' ');

  test.each([
    ['a document', 'x.md', `It ${not} here.`],
    ['a document, in capitals', 'x.md', `It ${not.toUpperCase()}.`],
    ['a document, over two lines', 'x.md', `It ${broken('\n')} here.`],
    ['a query', 'x.kql', `// description: it ${not} here`],
    ['a comment', 'x.ts', `run(); // it ${not} here`],
    ['a comment of several lines', 'x.ts', `/**\n * It ${broken('\n * ')} here.\n */\nrun();`],
    ['comments line by line', 'x.ts', `  // It ${broken('\n  // ')} here.\n  run();`],
    ['a string', 'x.ts', `say('it ${not} here');`],
    ['a template', 'x.ts', `say(\`\${it} ${not} \${here}\`);`],
    ['two strings joined', 'x.ts', `say('it ${broken(" ' +\n  '")} here');`],
  ])('is refused in %s', (_where, file, text) => expect(refusedIn(file, text)).toEqual(FOUND));

  test('has something better, which is not refused', () => {
    expect(say).not.toBe('');
    expect(refusedIn('x.md', say)).toEqual([]);
  });
});

test('a refusal names file, line, phrase and what to say', () => {
  expect(refusedIn('x.ts', "\n// Fine.\nsay('it denies all');")).toEqual([
    'x.ts:3: "denies"; say: rejected the credentials (403)',
  ]);
});

test.each([
  ['x.md', 'Run `tells`, see [the page](whoever.md). The foretold spring is well-known.'],
  ['x.ts', "const told = tell('told', { rings: /in vain/ });"],
  ['x.ts', "said('is', 'no number');"],
  ...FINE.map(fine => ['x.md', `${fine[0]!.toUpperCase()}${fine.slice(1)} log.`]),
])('%s may have %s', (file, text) => expect(refusedIn(file, text)).toEqual([]));
