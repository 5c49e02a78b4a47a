import { expect, test } from 'vitest';
import { backfillCommand, backfillLines } from '../../../cli/window/backfill-command.ts';

const fromMs = Date.parse('2026-03-01T12:00:00Z');
const window = { fromMs, toMs: fromMs + 1000 };

test('the command leads to the same pipeline, and can be pasted into a shell', () => {
  const command = (options: object) => backfillCommand(window, { state: 'state', ...options }).join(' ');
  expect(command({})).toBe(
    'npx auth0-logs-to-azure backfill --from 2026-03-01T12:00:00Z --to 2026-03-01T12:00:01Z',
  );
  expect(command({ stack: 'Logs', region: 'eu-west-1', profile: 'on call', pipeline: 'prod' })).toMatch(
    / --stack Logs --region eu-west-1 --profile 'on call' --pipeline prod$/,
  );
  expect(command({ config: "it's.json", state: '/srv/state', secrets: 's.json' })).toMatch(
    / --config 'it'\\''s\.json' --state \/srv\/state --secrets s\.json$/,
  );
});

test('in lines of 80 columns it is one command, whose words are whole', () => {
  const options = {
    state: 'state',
    stack: 'Logs',
    region: 'eu-west-1',
    profile: 'on call',
    pipeline: 'prod',
  };
  const lines = backfillLines(window, options);
  expect(lines).toBe(
    '  $ npx auth0-logs-to-azure backfill --from 2026-03-01T12:00:00Z \\\n' +
      '      --to 2026-03-01T12:00:01Z --stack Logs --region eu-west-1 \\\n' +
      "      --profile 'on call' --pipeline prod",
  );
});
