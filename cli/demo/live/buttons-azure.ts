/** What can go wrong at Azure, and what ends it. */
import { counted, timeText } from '../../terminal/words.ts';
import { type Button, HOUR_MS, MINUTE_MS, nextRun, type Stage } from './stage.ts';

const UNAVAILABLE = { kind: 'status', status: 503 } as const;
/** Refused requests for a token are followed by waits of up to ten minutes. */
const MOST_WAITS = 8;
const MOST_HOURS = 8;
/** Runs in an hour until the next comparison is looked at. */
const RUNS_AN_HOUR = 6;

export const AZURE_DOWN: Button = {
  name: 'azure-down',
  title: 'Azure is down',
  says: 'Azure answers 503. Each run tries five times, puts its batch on the retry queue, and advances the checkpoint. The replay function tries again, later each time.',
  end: 'Azure is back',
  play: async stage => {
    const { retry } = stage.now();
    stage.world.posts.always(UNAVAILABLE);
    const { retry: after } = await stage.until(state => state.retry.messages > retry.messages);
    const more = after.logs - retry.logs;
    stage.say(`Five attempts failed: ${counted(more, 'log')} put on the retry queue, checkpoint advanced.`);
    await stage.ended();
    stage.world.posts.always(undefined);
    const waiting = stage.now().retry;
    stage.say(
      `Azure is back. The clock moves to the next attempt of ${counted(waiting.messages, 'batch', 'batches')}.`,
    );
    await stage.drainRetryQueue();
    stage.say(`The replay function delivered ${counted(waiting.logs, 'log')}. The retry queue is empty.`);
  },
};

export const POISON: Button = {
  name: 'poison',
  title: 'A poison record',
  says: 'Azure refuses the batch of one bad log. The run splits the batch until that log is alone, puts it on the dead-letter queue with the reason, and ships the others.',
  end: 'Fix the cause and replay it',
  play: async stage => {
    const { azure, aws } = stage.world;
    const before = stage.now().dead.messages;
    const logId = stage.tenant.writePoison();
    const { dead } = await stage.until(state => state.dead.messages > before);
    stage.say(
      `The log is alone on the dead-letter queue: ${dead.reasons.at(-1)?.text ?? ''} The checkpoint advanced.`,
    );
    await stage.ended();
    azure.acceptPoison();
    const moved = await aws.redrive();
    stage.say(
      `The operator fixed the cause and moved ${counted(moved, 'dead letter')} back to the retry queue.`,
    );
    await stage.until(() => azure.received.has(logId));
    azure.refusePoison();
    stage.say('The replay function delivered it: the log is in Azure.');
  },
};

export const ANSWER_LOST: Button = {
  name: 'answer-lost',
  title: 'An answer is lost',
  says: 'Azure accepts a batch, but the connection breaks before the answer. The run cannot know that, so it posts the batch again: duplicates, which queries remove by LogId.',
  play: async stage => {
    const { duplicates } = stage.now().azure;
    stage.world.posts.add({ kind: 'accept-then-cut' });
    const { azure } = await stage.until(state => state.azure.duplicates > duplicates);
    stage.say(
      `The batch was posted again: ${counted(azure.duplicates - duplicates, 'duplicate')}, none lost.`,
    );
  },
};

export const WRONG_KEY: Button = {
  name: 'wrong-key',
  title: 'A wrong key',
  says: 'Somebody replaces the secret at Azure. The runs are denied: the checkpoint stays, nothing is put aside, and an alarm reports it. Refused runs wait longer and longer.',
  end: 'Store the new key',
  play: async stage => {
    const { azure, setAzureSecret } = stage.world;
    // As the key of a workspace is written.
    const secret = Buffer.from(`the key since ${stage.now().nowMs}`).toString('base64');
    azure.setSecret(secret);
    const { ship, checkpoint } = await stage.until(state => state.ship.last?.outcome === 'denied');
    stage.say(`Denied: ${ship.last?.message ?? ''}`);
    stage.say(`The checkpoint stays at ${timeText(checkpoint?.dateMs ?? 0)}.`);
    await stage.ended();
    setAzureSecret(secret);
    stage.say('The new key is in Secrets Manager. The clock moves to the end of the wait.');
    await catchUp(stage);
  },
};

/** Two minutes after two minutes, until a run is not denied. */
async function catchUp(stage: Stage): Promise<void> {
  for (let waits = 0; waits < MOST_WAITS; waits++) {
    const { ship } = await nextRun(stage);
    if (ship.last?.outcome !== 'denied') break;
    await stage.passTime(2 * MINUTE_MS);
  }
  const { ship } = await stage.until(state => state.ship.last?.outcome === 'caught-up');
  stage.say(`Caught up: the run accepted ${counted(ship.last?.logsAccepted ?? 0, 'log')} that had waited.`);
}

export const DAILY_CAP: Button = {
  name: 'daily-cap',
  title: 'The daily cap',
  says: 'Azure answers 204 and stores nothing, since the workspace has used up its daily cap. One hour later the pipeline compares rows with what was accepted, and ships the missing logs again.',
  end: 'Let hours pass',
  needsWorkspace: true,
  play: async stage => {
    const { azure, clock } = stage.world;
    const resetsAtMs = azure.workspace.useUpCap(clock.now());
    const before = stage.now().azure.notStored;
    const { azure: now } = await stage.until(state => state.azure.notStored > before);
    stage.say(
      `${counted(now.notStored, 'log')} accepted and not stored. The cap is reset at ${timeText(resetsAtMs)}.`,
    );
    await stage.ended();
    const dropped = stage.now().azure.notStored;
    await stage.passTime(Math.max(0, resetsAtMs - clock.now()) + MINUTE_MS);
    stage.say(`${timeText(clock.now())}: the cap is reset, with ${counted(dropped, 'log')} not stored.`);
    await repair(stage);
  },
};

/** Hour after hour, until a run has found every row. */
async function repair(stage: Stage): Promise<void> {
  for (let hours = 0; hours < MOST_HOURS; hours++) {
    const isWhole = stage.now().azure.notStored === 0;
    const before = stage.now().ship.last?.totalRepaired ?? 0;
    // New rows must be there to compare with: a run in each hour.
    await nextRun(stage);
    await stage.passTime(HOUR_MS + MINUTE_MS);
    let state = await nextRun(stage);
    for (let runs = 0; state.azure.notStored > 0 && runs < RUNS_AN_HOUR; runs++) state = await nextRun(stage);
    const { totalRepaired = 0, rowsNotStored = 0, verifyFault } = state.ship.last ?? {};
    const time = timeText(state.nowMs);
    if (verifyFault !== undefined) stage.say(`${time}: the run could not compare: ${verifyFault}`);
    else if (totalRepaired > before) {
      stage.say(
        `${time}: the run found ${counted(totalRepaired - before, 'log')} without a row and shipped them again: ${counted(state.azure.notStored, 'log')} without a row now.`,
      );
    } else if (isWhole) {
      stage.say(`${time}: the run compared again: ${counted(rowsNotStored, 'row')} missing.`);
      return;
    }
  }
}
