import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_KIND } from '../../../cli/demo/default-kind.ts';
import { resultOf } from '../../../cli/demo/json.ts';
import { demoScreen } from '../../../cli/demo/show.ts';
import { playStory } from '../../../cli/demo/story.ts';
import { startDemoWorld } from '../../../cli/demo/world.ts';
import { KINDS } from '../../../simulator/azure/apis.ts';
import { cli, EIGHTY, startCli } from '../cli.ts';

/** Any control character but the end of a line. */
const CONTROL = /[^\P{Cc}\n]/u;

describe('demo', { timeout: 180_000 }, () => {
  test.concurrent.each(KINDS)(
    'ships all 300 logs to the %s through every fault, and prints one JSON object only',
    async destination => {
      const { code, stdout, stderr } = await cli(['--logs', '300', '--destination', destination, '--json']);
      const result = JSON.parse(stdout);
      expect(result).toMatchObject({
        destination,
        seed: 1,
        generated: 300,
        unique: 300,
        missing: 0,
        notStored: 0,
        deadLettered: { now: 0, replayed: 1 },
        retryQueue: 0,
        ok: true,
      });
      // The lost answer makes duplicates, of one batch at most; a story without any would not have happened.
      expect(result.duplicates).toBeGreaterThan(0);
      expect(result.duplicates).toBeLessThanOrEqual(45);
      expect(result.stored).toBe(300 + result.duplicates);
      expect(result.accepted).toBe(result.stored + result.dropped);
      expect(result).toMatchObject({ dropped: 15, repaired: 15 });
      expect({ code, stderr, lines: stdout.split('\n').length }).toEqual({ code: 0, stderr: '', lines: 2 });
    },
  );

  test.concurrent('in a pipe it is plain text of 80 columns that tells every chapter, where colour is not asked for', async () => {
    const env = { CI: 'true', TERM: 'xterm-256color', COLUMNS: '' };
    const { code, stdout } = await cli(['demo', '--logs', '300', '--seed', '7'], env);
    expect(stdout).not.toMatch(CONTROL);
    expect(stdout.split('\n').filter(line => [...line].length > 80)).toEqual([]);
    expect(stdout.match(/^\d\. /gm)).toHaveLength(8);
    expect(stdout).toContain('put on the retry queue, checkpoint advanced');
    expect(stdout).toContain('the retry queue drained automatically');
    expect(stdout).toMatch(/missing +│ +0 /);
    expect(stdout).toMatch(/not stored +│ +0 /);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'other tables have used up the daily cap: 15 logs accepted, 0 rows',
    );
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'a run finds 15 logs without a row, and ships them again ("verify": "repair"): 15 rows stored',
    );
    expect(stdout).toMatch(/a run looks again: 0 logs without a row\n/);
    expect(stdout).not.toMatch(/bundles,|messages?,/);
    expect(stdout).toContain('Nothing is lost: 300 logs in Azure');
    expect(code).toBe(0);
  });

  test.concurrent('a pipeline that repairs nothing ends it with a fault, whatever the pipeline reports', async () => {
    const world = await startDemoWorld(DEFAULT_KIND, { settings: { verify: 'alarm' } });
    const screen = demoScreen(process.stdout, {}, true);
    const options = { logs: 300, seed: 1, stop: new AbortController().signal };
    const story = await playStory(world, screen, options);
    const result = await resultOf(world, { ...story, destination: DEFAULT_KIND, seed: 1, seconds: 1 });
    await world.close();
    expect(result).toMatchObject({ dropped: 15, repaired: 0, notStored: 15, missing: 0, ok: false });
  });

  test.concurrent('a single log makes a story too', async () => {
    const { code, stdout } = await cli(['--logs', '1', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ generated: 1, unique: 1, missing: 0 });
    expect(code).toBe(0);
  });

  test.concurrent('a signal in the middle ends it, its functions and its files', async () => {
    const TMPDIR = await mkdtemp(join(tmpdir(), 'demo-'));
    const { child, ended } = startCli(['--logs', '20000'], { TMPDIR });
    child.stdout?.on('data', data => {
      if (String(data).includes('1. A normal tick')) child.kill('SIGTERM');
    });
    const { code, stdout, stderr } = await ended;
    expect(stderr).toBe('interrupted; everything that was started has been stopped\n');
    expect(stdout).not.toContain('missing');
    expect({ code, left: await readdir(TMPDIR) }).toEqual({ code: 130, left: [] });
    await rm(TMPDIR, { recursive: true });
  });
});

describe('wrong usage is one line and exit code 2', () => {
  test.concurrent.each([
    [['--logs', '0'], '--logs is "0"; allowed: a whole number, 1 to 1,000,000'],
    [['--logs', '1000001'], '--logs is "1000001"; allowed: a whole number, 1 to 1,000,000'],
    [['--logs', '1e3'], '--logs is "1e3"; allowed'],
    [['--logs', '12.5'], '--logs is "12.5"; allowed'],
    [['--logs', '-1'], '--logs is "-1"; allowed'],
    [['--logs'], 'argument missing'],
    [['--seed', 'x'], '--seed is "x"; allowed: a whole number, 0 to 4,294,967,295'],
    [['--destination', 'splunk'], KINDS.join(', ')],
    [['--lgos', '5'], 'Did you mean --logs?'],
    [['rnu'], 'Did you mean run?'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await cli(args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

test('help fits 80 columns and has examples', async () => {
  for (const args of [['--help'], ['demo', '--help'], ['run', '--help'], ['help', 'run']]) {
    const { code, stdout } = await cli(args, EIGHTY);
    expect(code).toBe(0);
    expect(stdout.split('\n').filter(line => [...line].length > 80)).toEqual([]);
    expect(stdout).toContain('Examples:');
  }
});
