/**
 * No secret, token or signature, and nothing that a log says, in anything that the deployed functions print or answer,
 * whatever goes wrong; and what is redacted is nowhere after Auth0, not in a queue either.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import { type Bundles, buildFunctions } from '../../scripts/build.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import { SAMPLES } from '../destinations/samples.ts';
import { type Echo, startEcho } from './echo.ts';
import { REDACTED, SAID, SECRETS } from './hygiene-plants.ts';
import { credentialsIn, plantsIn } from './hygiene-scan.ts';
import {
  auth0Faults,
  azureFaults,
  echoes,
  openStory,
  replays,
  setAuth0,
  surroundings,
} from './hygiene-story.ts';
import type { Stage } from './stage.ts';

let built: Bundles;
let echo: Echo;
beforeAll(async () => {
  built = await buildFunctions();
  echo = await startEcho();
});
afterAll(() => Promise.all([built.remove(), echo.close()]));

/** The reasons in the envelopes of failed batches, and the records inside. */
async function queued({ aws }: Stage): Promise<{ envelopes: string[]; records: string[] }> {
  const bodies = [...(await aws.peek('retry')), ...(await aws.peek('dead-letter'))];
  const decoded = bodies.map(decodeFailedBatch).filter(one => one.kind === 'failed-batch');
  return {
    envelopes: decoded.map(({ batch }) => JSON.stringify({ ...batch, records: '' })),
    records: decoded.flatMap(({ records }) => records.map(({ json }) => json.toString())),
  };
}

describe.each(KINDS)('%s, when everything goes wrong', kind => {
  test('no secret and nothing that logs say is told, and what is redacted is nowhere', async () => {
    const story = await openStory(kind, built, echo);
    try {
      if (kind === KINDS[0]) await auth0Faults(story);
      setAuth0(story.stage, { clientSecret: SECRETS['the Auth0 client secret'] });
      await azureFaults(story);
      const before = await queued(story.stage);
      await replays(story);
      if (kind === KINDS[0]) await surroundings(story);
      await echoes(story);
      const after = await queued(story.stage);

      const printed = story.printed().join('\n');
      const told = [printed, ...before.envelopes, ...after.envelopes].join('\n');
      const held = [...before.records, ...after.records].join('\n');
      const rows = JSON.stringify(story.stage.azure.received.kept);
      const item = JSON.stringify(await story.stage.aws.readCheckpoint('story'));

      expect(plantsIn(told + item, { ...SECRETS, ...SAID, ...REDACTED })).toEqual([]);
      expect(credentialsIn(told)).toEqual([]);
      for (const records of [held, rows]) {
        expect(plantsIn(records, { ...SECRETS, ...REDACTED })).toEqual([]);
        expect(credentialsIn(records)).toEqual([]);
        // There was something to find.
        expect(plantsIn(records, SAID)).toEqual(Object.keys(SAID));
      }
      for (const line of [
        'dead-lettered',
        'put on the retry queue',
        'replay: not yet',
        'replay: done',
        '_aws',
      ]) {
        expect(printed).toContain(line);
      }
      expect(after.envelopes.join('\n')).toContain('quotes a log and is not shown');
    } finally {
      await story.close();
    }
  });
});

test('the echo did repeat it all', () => {
  const echoed = echo.echoed.join('\n');
  expect(plantsIn(echoed, SECRETS)).toEqual(
    expect.arrayContaining([
      'the Auth0 client secret',
      'a short Auth0 client secret',
      ...KINDS.filter(kind => SAMPLES[kind].isSecretSent).map(kind => `the secret of ${kind}`),
    ]),
  );
  expect(plantsIn(echoed, SAID)).toEqual(Object.keys(SAID));
  expect(plantsIn(echoed, REDACTED)).toEqual([]);
  for (const pattern of [/Bearer eyJ/, /client_assertion=eyJ/, ...KINDS.map(kind => SAMPLES[kind].proof)])
    expect(echoed).toMatch(pattern);
});

describe('the scan finds what was planted', () => {
  // As Entra makes them: `~` and `.` among them.
  const secret = `${randomBytes(6).toString('hex')}8Q~${randomBytes(12).toString('base64url')}.abc-123`;
  const plants = { secret, other: SECRETS['the redaction key'] };

  test.each([
    ['as it is', secret],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ a: secret }))],
    ['in a form', new URLSearchParams({ s: secret }).toString()],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in hex', Buffer.from(secret).toString('hex')],
    ['half of it', secret.slice(0, 20)],
    ['the other half', secret.slice(20)],
  ])('%s', (_how, text) => {
    expect(plantsIn(`{"message":"before ${text} after"}`, plants)).toEqual(['secret']);
  });

  test('a line of the private key', () => {
    const [, , line = ''] = SECRETS['the private key'].split('\n');
    expect(plantsIn(line, SECRETS)).toEqual(['the private key']);
  });

  test.each([
    ['a bearer token', 'authorization: bearer abc'],
    ['a signature of the Data Collector', 'SharedKey 01234567:abc'],
    ['an HMAC in base64', `x-signature: ${randomBytes(32).toString('base64')}`],
    ['a JSON web token', 'assertion=eyJhbGciOiJSUzI1NiJ9.e30.abc'],
    ['a key in PEM', SECRETS['the private key']],
    ['a token of the simulators', 'simulated-entra-token-abc'],
  ])('%s, whosever it is', (what, text) => {
    expect(credentialsIn(text).join()).toContain(what);
  });

  test('and nothing where nothing is', () => {
    const line =
      '{"message":"Bearer [removed]","batchId":"346ac1977fce6b57f97aa2a7ca1e47f7","logId":"90020260301115900"}';
    expect([plantsIn(line, SECRETS), credentialsIn(line)]).toEqual([[], []]);
  });
});
