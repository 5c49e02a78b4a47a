import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BUTTONS } from '../../../../cli/demo/live/buttons.ts';
import type { LiveState } from '../../../../cli/demo/page/model.ts';
import { KINDS } from '../../../../simulator/azure/apis.ts';
import { isWhole, openLive, type Played } from './live.ts';

interface Story {
  readonly said: readonly RegExp[];
  readonly open?: (state: LiveState) => void;
  /** Pressed once: the five attempts of a run take seconds. */
  readonly isSlow?: true;
}

/** What a story must have said, and what must be so while it waits for its end. */
const STORIES: Readonly<Record<string, Story>> = {
  'auth0-429': { said: [/^The run waited twice and asked again; it ended after \d\.\d s with "caught-up"/] },
  'late-log': { said: [/behind the checkpoint/, /^The look back found and shipped it: 1 late log so far/] },
  'no-schedule': {
    said: [/^No run: \d+ logs? wait at Auth0, the lag is \d+ s/, /caught up; the run accepted \d+ log/],
    open: ({ ship, books }) => {
      expect(ship.isScheduled).toBe(false);
      expect(books.ahead).toBeGreaterThan(0);
    },
  },
  kill: {
    said: [
      /^Killed \(SIGKILL\)/,
      /^The next run is skipped: .* holds the lease until/,
      /[1-9]\d* duplicates?\.$/,
    ],
  },
  'azure-down': {
    isSlow: true,
    said: [
      /^Five attempts failed: [1-9]\d* logs? put on the retry queue/,
      /^Azure is back/,
      /retry queue is empty/,
    ],
    open: ({ retry, ship }) => {
      expect(retry.messages).toBeGreaterThan(0);
      expect(retry.reasons[0]?.text).toContain('503');
      expect(ship.last?.outcome).toBe('unavailable');
    },
  },
  'answer-lost': { said: [/^The batch was posted again: [1-9]\d* duplicates?, none lost/] },
  poison: {
    said: [
      /alone on the dead-letter queue: rejected \(400\)/,
      /moved 1 dead letter back/,
      /the log is in Azure/,
    ],
    open: ({ dead }) => expect(dead).toMatchObject({ messages: 1, logs: 1 }),
  },
  'wrong-key': {
    said: [
      /^Denied: /,
      /^The checkpoint stays at/,
      /new key is in Secrets Manager/,
      /^Caught up: .* that had waited/,
    ],
    open: ({ ship, retry, books }) => {
      expect(ship.last?.outcome).toBe('denied');
      expect({ retry: retry.messages, ahead: books.ahead > 0 }).toEqual({ retry: 0, ahead: true });
    },
  },
  'daily-cap': {
    said: [
      /accepted and not stored/,
      /the cap is reset/,
      /without a row and shipped them again/,
      /compared again: 0 rows/,
    ],
    open: ({ azure }) => expect(azure.notStored).toBeGreaterThan(0),
  },
};

test('every button has a story here', () => {
  expect(Object.keys(STORIES).sort()).toEqual(BUTTONS.map(one => one.name).sort());
});

describe.each(KINDS)('with the %s', { timeout: 120_000 }, kind => {
  let live: Played;
  beforeAll(async () => {
    live = await openLive({ kind });
    await live.turnUntil(state => state.ship.last?.outcome === 'caught-up');
  });
  afterAll(() => live.close());
  afterEach(async () => {
    await live.turnUntil(isWhole);
    expect({
      missing: live.state().books.missing,
      worst: live.worst,
      shown: live.state().worstMissing,
    }).toEqual({
      missing: 0,
      worst: 0,
      shown: 0,
    });
  });

  test.each(BUTTONS)(
    '$name: it does what it says, nothing is missing at any time, and everything arrives',
    async ({ name, end }) => {
      const { said, open, isSlow } = STORIES[name]!;
      // Twice: what one press leaves behind must not be in the way of the next one.
      for (let press = 1; press <= (isSlow ? 1 : 2); press++) {
        if (end !== undefined) {
          const state = await live.pressUntil(name, 'to be ended');
          open?.(state);
          await live.turn();
        }
        await live.pressUntil(name, 'ready');
        if (press === 1) {
          const { did } = live.button(name);
          expect(did).toEqual(said.map(one => expect.stringMatching(one)));
        }
      }
    },
  );
});
