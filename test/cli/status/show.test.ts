import { describe, expect, test } from 'vitest';
import type { Facts } from '../../../cli/pipelines/facts.ts';
import type { Target } from '../../../cli/pipelines/operated.ts';
import { statusLines } from '../../../cli/status/show.ts';
import { EMPTY_QUEUES, facts, HOUR, NOW, ran } from '../facts.ts';

describe('the text', () => {
  const target = { place: 'stack S in eu-west-1', kind: 'stack', pipelines: [] } satisfies Target;
  const plain = (all: readonly Facts[]) => statusLines(target, all, NOW);

  test('begins with the health and the place in the runbook, and fits 80 columns', () => {
    const lines = plain([
      facts(
        ran({
          outcome: 'denied',
          party: 'azure',
          status: 403,
          message: `403 ${'because of this '.repeat(12)}`,
        }),
        {
          alarms: [
            {
              name: 'lag',
              description: `${'Logs are late. '.repeat(9)}Likely causes: one; two. What to do: look`,
              sinceMs: NOW - HOUR,
            },
          ],
          queues: { ...EMPTY_QUEUES, 'dead-letter': { messages: 1 } },
        },
      ),
    ]);
    expect(lines[2]).toBe('prod: unhealthy: Azure rejected the credentials (403); 1 dead letter; alarm lag');
    expect(lines[3]).toBe('is in ALARM state; see docs/runbook.md#denied-by-azure');
    expect(lines.filter(line => line.length > 80)).toEqual([]);
    expect(lines.join('\n')).toContain('denied by Azure: 403 because');
    expect(lines.join('\n')).toContain('1 message, age unknown');
    expect(lines.join(' ')).toMatch(/Logs are late\.\s+What to do: look/);
  });

  test('lets no vendor’s message move the cursor', () => {
    const lines = plain([facts(ran({ outcome: 'denied', message: 'no\x1b[2J\r\nway' }))]);
    expect(lines.filter(line => /\p{Cc}/u.test(line))).toEqual([]);
    expect(lines.join('\n')).toContain('denied: no\\u001b[2J  way');
  });

  test('tells of many pipelines only those in full that are not healthy', () => {
    const many = Array.from({ length: 6 }, (_, i) =>
      facts(ran({ gapSuspected: i === 4 }), { pipeline: `p${i}` }),
    );
    const text = plain(many).join('\n');
    expect(text).toContain('p4: degraded');
    expect(text).not.toContain('p1:');
    expect(text).toContain('5 more pipelines, healthy');
  });

  test('does not say that there is no lag when nothing was read for days', () => {
    const longAgo = NOW - 72 * HOUR;
    const checkpoint = { logId: '900', logDateMs: longAgo - HOUR };
    const silent = ran({ endedAtMs: longAgo }, { checkpoint, caughtUpAtMs: longAgo });
    const text = plain([facts(silent)]).join('\n');
    expect(text).toContain('prod: unhealthy: no run for 3 d; see docs/runbook.md#silent');
    expect(text).toContain('lag           unknown: Auth0 was last read 3 d ago');
    expect(text).not.toContain('none; all logs');
  });

  test('does not say that there is no lag beside a disabled schedule', () => {
    const checkpoint = { logId: '900', logDateMs: NOW - 60_000 };
    const caughtUp = ran({ endedAtMs: NOW - 30_000 }, { checkpoint, caughtUpAtMs: NOW - 30_000 });
    const disabled = {
      what: 'the schedule is disabled',
      text: 'it is DISABLED',
      remedy: 'enable it',
      runbook: 'silent',
    };
    expect(plain([facts(caughtUp)]).join('\n')).toContain('lag           none; all logs');
    const text = plain([facts(caughtUp, { stopped: [disabled] })]).join('\n');
    expect(text).toContain('lag           unknown: Auth0 was last read 30 s ago');
  });
});
