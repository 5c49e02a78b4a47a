import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { messagesOn } from './dead-letters.ts';

let world: LocalWorld;
afterEach(() => world.close());

const NAME = 'somebody@example.com';
const KEY = { AUTH0_REDACTION_KEY: 'k'.repeat(32) };

/** A batch of logs that name somebody, queued by a run with these rules while Azure is away, and due again. */
async function queued(redact: readonly object[]): Promise<void> {
  const logs = recentLogs(30).map(log => ({
    ...log,
    user_name: NAME,
    description: `of ${encodeURIComponent(NAME)}`,
  }));
  world = await openLocalWorld({ auth0: { logs }, azure: { keepRecords: true } });
  world.posts.always({
    kind: 'status',
    status: 503,
    headers: { 'retry-after': '3000' },
  });
  const during = await run(redact);
  expect(during.stdout).toContain('30 put on the retry queue');
  world.posts.clear();
  await world.makeDue();
}

async function run(redact: readonly object[], env: Readonly<Record<string, string>> = KEY) {
  const file = await world.write('redacting.json', { ...world.config, redact });
  const state = join(world.directory, 'state');
  return world.run(['--once', '--config', file, '--state', state], { ...world.env, ...env });
}

const arrived = () => JSON.stringify(world.azure.received.kept);

test.each(['mask', 'hash', 'drop'])(
  'a batch that was queued without rules goes out by %s, once there is a rule',
  async how => {
    await queued([]);
    const late = await run([{ field: 'user_name', how }]);
    expect(late.stdout).toContain('delivered: 30 logs shipped');
    expect(world.azure.received.unique).toBe(30);
    expect(arrived()).not.toMatch(/somebody(@|%40)/);
    expect(arrived().includes('hmac:')).toBe(how === 'hash');
  },
);

test('a batch that was queued under the same rules goes out as it is, byte for byte', async () => {
  const rules = [{ field: 'user_name', how: 'hash' }];
  await queued(rules);
  const [message = ''] = await messagesOn(world.directory, 'retry');
  expect(JSON.parse(message).redaction).toMatch(/^[0-9a-f]{16}$/);
  expect((await run(rules)).code).toBe(0);
  expect(arrived().match(/hmac:[0-9a-f]{32}/g)?.length).toBe(60);
});
