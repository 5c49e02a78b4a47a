/** Connections over TLS: kept as long as they are of use, and no longer. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask } from '../../bench/open-world.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { certificate, hasOpenssl, startProcess } from './tls.ts';

const turn = () => new Promise<void>(resolve => setImmediate(resolve));

/** Something else to do in the turn of the event loop that sends a request, and for longer than an answer takes. */
function work(): void {
  const endMs = performance.now() + 15;
  while (performance.now() < endMs);
}

async function open() {
  const child = startProcess(join(import.meta.dirname, 'tls-process.ts'));
  const url = await ask<string>(child, certificate());
  return { url, connections: () => ask<number>(child, {}) };
}

describe.skipIf(!hasOpenssl)('over TLS', () => {
  test.each([
    ['without a body', undefined],
    ['with a body', Buffer.alloc(400_000, 'x')],
  ])('a connection serves request after request %s', async (_, body) => {
    const { url, connections } = await open();
    const fetch = httpClient();
    const init = body ? { method: 'POST', body } : {};
    for (let n = 0; n < 20; n++) {
      const answer = turn().then(() => fetch(url, init));
      setImmediate(work);
      expect(await (await answer).text()).toBe('[]');
    }
    expect(await connections()).toBe(1);
    // Before the first one is free again.
    for (let n = 0; n < 20; n++) expect(await (await fetch(url, init)).text()).toBe('[]');
    expect(await connections()).toBeLessThanOrEqual(2);
  });

  test('one that does not take a request is ended with the answer, and not used again', async () => {
    const { url, connections } = await open();
    const fetch = httpClient();
    for (let n = 0; n < 3; n++) {
      const early = await fetch(`${url}/early`, { method: 'POST', body: Buffer.alloc(30_000_000) });
      expect([early.status, await early.text()]).toEqual([413, '[]']);
      expect(await (await fetch(url)).text()).toBe('[]');
    }
    expect(await connections()).toBe(4);
  });
});
