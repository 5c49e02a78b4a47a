/** `demo --web`: the live demo on a page, until Ctrl-C. */
import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { EXIT, reportError, UsageError } from '../terminal/errors.ts';
import { stopOnSignals } from '../terminal/stoppable.ts';
import { action } from '../web/actions.ts';
import { addressText, serveWeb } from '../web/server.ts';
import { type LiveDemo, startLiveDemo } from './live/engine.ts';
import { runLoops } from './live/loops.ts';
import type { DemoOptions } from './run.ts';
import { lostText } from './show.ts';

/** Returns the exit code, after Ctrl-C. Rejects with UsageError when the port cannot be used. */
export async function runWeb({ logs, seed, destination, web: port }: DemoOptions): Promise<number> {
  const stop = stopOnSignals('interrupted; stopping everything that was started');
  console.log('Building the bundles, starting the simulators on 127.0.0.1');
  const live = await startLiveDemo({ kind: destination, logs, seed });
  try {
    await using web = await servePage(live, port === true ? 0 : port);
    console.log(addressText(web.url));
    await runLoops(live, stop);
  } finally {
    await live.close();
  }
  const { worstMissing } = live.state();
  if (worstMissing === 0) return EXIT.interrupted;
  console.error(lostText(worstMissing));
  return EXIT.fault;
}

/** The page of a live demo. Closed by `await using`. */
export async function servePage(live: LiveDemo, port?: number) {
  const web = await serveWeb({
    page: 'demo',
    title: 'Auth0 logs to Azure: the demo',
    state: live.state,
    actions: {
      press: action(v.strictObject({ button: v.string() }), ({ button }) => {
        const why = live.press(button);
        if (why !== undefined) throw new UsageError(why);
      }),
    },
    onBug: error => reportError(error, true),
    randomBytes,
    port,
  });
  const end = live.subscribe(web.changed);
  return {
    url: web.url,
    [Symbol.asyncDispose]: async () => {
      end();
      await web.close();
    },
  };
}
