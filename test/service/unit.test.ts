import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../cli/terminal/errors.ts';
import { cli, ROOT } from '../cli/cli.ts';

const unit = readFileSync(join(ROOT, 'service/auth0-logs-to-azure.service'), 'utf8');
const of = (key: string) =>
  unit.split('\n').flatMap(line => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));

test('the unit starts a command with options that it has, and no path that the service cannot read', async () => {
  const [start = ''] = of('ExecStart');
  const [, , command = '', ...words] = start.split(' ');
  const { stdout } = await cli([command, '--help']);
  const options = words.filter(word => word.startsWith('--'));
  expect(options).toEqual(['--config', '--secrets', '--state', '--json']);
  for (const option of options) expect(stdout).toMatch(new RegExp(`^ {2}${option}[ ,\\n]`, 'm'));
  expect(of('LoadCredential')).toEqual(['secrets.json:/etc/auth0-logs-to-azure/secrets.json']);
  expect(words).toContain('%d/secrets.json');
  expect(words).toContain(`%S/${of('StateDirectory')[0]}`);
});

test('it is not restarted for a wrong configuration, and is given longer to stop than a post takes', () => {
  expect(of('RestartPreventExitStatus')).toEqual([String(EXIT.usage)]);
  expect(Number(of('TimeoutStopSec')[0])).toBeGreaterThan(30);
});
