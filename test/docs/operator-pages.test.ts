/** What the operator's pages name exists: commands, options, keys of JSON, sections, permissions. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS, cli } from '../cli/cli.ts';
import { anchorsIn, blocks, page, ROOT } from './pages.ts';

const PAGES = ['operating.md', 'runbook.md'];
const helps = new Map<string, string>();
beforeAll(async () => {
  const told = COMMANDS.map(
    async name => [name, (await cli([...name.split(' '), '--help'])).stdout] as const,
  );
  for (const [name, help] of await Promise.all(told)) helps.set(name, help);
  const cdk = join(ROOT, 'node_modules/.bin/cdk');
  helps.set('cdk deploy', execFileSync(cdk, ['deploy', '--help'], { encoding: 'utf8' }));
});

/** Of the options of such a help, in the lines that describe them. */
const takes = (help: string, option: string) => new RegExp(`^ {2}(-\\w, )?${option}[ ,\\n]`, 'm').test(help);
const optionsIn = (text: string) => text.match(/(?<=^|\s)--[a-z][a-z-]*/g) ?? [];
const spans = (text: string) =>
  [...text.replaceAll(/^ *```.*?^ *```$/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);

describe.each(PAGES)('%s', name => {
  const all = spans(page(name));

  test('names a command only with options that it takes', () => {
    const named = all.flatMap(code =>
      COMMANDS.filter(command => `${code} `.startsWith(`${command} `)).map(
        command => [command, code] as const,
      ),
    );
    expect(named.length).toBeGreaterThan(20);
    const wrong = named.filter(
      ([command, code]) => !optionsIn(code).every(one => takes(helps.get(command)!, one)),
    );
    expect(wrong).toEqual([]);
  });

  test('names no option that no command takes', () => {
    const options = all.filter(code => code.startsWith('--')).flatMap(optionsIn);
    const known = (option: string) => [...helps.values()].some(help => takes(help, option));
    expect(options.filter(option => !known(option))).toEqual([]);
  });
});

describe('operating.md', () => {
  const sections = new Map(
    page('operating.md')
      .split(/^## /m)
      .slice(1)
      .map(text => [text.split('\n')[0]!, text] as const),
  );
  const ofCommand = (command: string) => sections.get(command) ?? sections.get(command.split(' ')[0]!) ?? '';

  test('has a section for every command', () => {
    expect(COMMANDS.filter(command => !ofCommand(command))).toEqual([]);
  });

  test('names in each section only options of its command', () => {
    const all = [...sections.keys()].flatMap(title => {
      const own = COMMANDS.filter(command => ofCommand(command) === sections.get(title));
      const options = spans(sections.get(title)!)
        .filter(code => code.startsWith('--'))
        .flatMap(optionsIn);
      return own.length === 0 ? [] : options.map(option => ({ title, option, own }));
    });
    expect(all.length).toBeGreaterThan(20);
    const help = '--help';
    const wrong = all.filter(
      ({ option, own }) => option !== help && !own.some(command => takes(helps.get(command)!, option)),
    );
    expect(wrong).toEqual([]);
  });

  test('shows the permissions with which the deploy test runs the commands', () => {
    const shown = blocks('operating.md', 'json').map(({ text }) => JSON.parse(text));
    const used = JSON.parse(readFileSync(join(ROOT, 'test/deploy/operator-policy.json'), 'utf8'));
    expect(shown).toEqual([used]);
    const actions = used.Statement.flatMap((one: { readonly Action: string | string[] }) => one.Action);
    const asked = sourcesUnder('cli/pipelines/stack').flatMap(text =>
      [
        ...text.matchAll(/'((?:cloudformation|cloudwatch|dynamodb|lambda|logs|scheduler|sqs):[A-Z]\w+)'/g),
      ].map(match => match[1]!),
    );
    // The pipeline's own edge reads secrets.
    expect(new Set([...asked, 'secretsmanager:GetSecretValue'])).toEqual(new Set(actions));
  });
});

test('every section of the runbook that the command line names is there', () => {
  const inHints = /docs\/runbook\.md[,:#] ?([a-z0-9-]+(?:, [a-z0-9-]+)*)/g;
  const inFindings = /runbook: '([a-z0-9-]+)'/g;
  const named = sourcesUnder('cli')
    .flatMap(text => [...text.matchAll(inHints), ...text.matchAll(inFindings)])
    .flatMap(([, names]) => names!.split(', '));
  expect(new Set(named).size).toBeGreaterThan(5);
  const anchors = anchorsIn(page('runbook.md'));
  expect(named.filter(section => !anchors.includes(section))).toEqual([]);
});

function sourcesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => readFileSync(join(ROOT, folder, name), 'utf8'));
}
