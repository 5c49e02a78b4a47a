/** Everything that can go wrong in the live demo, in the order of the page. */
import { counted, timeText } from '../../terminal/words.ts';
import { AUTH0_429 } from '../story.ts';
import { ANSWER_LOST, AZURE_DOWN, DAILY_CAP, POISON, WRONG_KEY } from './buttons-azure.ts';
import { type Button, MINUTE_MS, nextRun, SECOND_MS } from './stage.ts';

const LEASE_MS = 2 * MINUTE_MS;
/** Searches for late logs are a minute apart here: see SETTINGS. */
const MOST_SEARCHES = 10;
const LONG_MS = 10 * SECOND_MS;

const RATE_LIMITED: Button = {
  name: 'auth0-429',
  title: 'Auth0 answers 429',
  says: 'The rate limit of the tenant is reached, twice. The run waits as long as Auth0 asks for (Retry-After), and reads on.',
  play: async stage => {
    const { auth0 } = stage.world;
    const asked = auth0.requests.pages;
    auth0.faults.logs.add(AUTH0_429, 2);
    // The two that are refused, and one that is answered.
    const seen = await stage.until(() => auth0.requests.pages >= asked + 3);
    const { runs, isRunning } = seen.ship;
    const { ship } = isRunning ? await stage.until(state => state.ship.runs > runs) : seen;
    const seconds = ((ship.last?.durationMs ?? 0) / 1000).toFixed(1);
    stage.say(
      `The run waited twice and asked again; it ended after ${seconds} s with "${ship.last?.outcome}".`,
    );
  },
};

const KILL: Button = {
  name: 'kill',
  title: 'The function dies',
  says: 'Its process is killed in the middle of a post. The checkpoint was not saved, so the next run that gets the lease posts those logs again. The lease of the dead run lasts two minutes.',
  play: async stage => {
    const { duplicates } = stage.now().azure;
    await stage.killInPost();
    await stage.until(state => state.ship.last?.outcome === 'killed');
    stage.say('Killed (SIGKILL) in the middle of a post, before the checkpoint was saved.');
    const { ship } = await stage.until(state => state.ship.last?.outcome === 'skipped');
    stage.say(`The next run is skipped: ${ship.last?.message ?? ''}. The clock moves two minutes.`);
    await stage.passTime(LEASE_MS);
    const after = await stage.until(state => state.ship.last?.outcome === 'caught-up');
    const repeated = after.azure.duplicates - duplicates;
    stage.say(
      `The next run took over and posted again what was in flight: ${counted(repeated, 'duplicate')}.`,
    );
  },
};

const LATE_LOG: Button = {
  name: 'late-log',
  title: 'A late log',
  says: 'Auth0 shows a log only after the checkpoint has passed its id. The pipeline looks back now and then, and ships logs that it has never seen. Here it looks back every minute.',
  play: async stage => {
    const { checkpoint } = await stage.until(state => state.checkpoint !== undefined);
    const logId = stage.tenant.writeLate(checkpoint?.logId ?? '', stage.expectLate);
    stage.say('Auth0 wrote a log behind the checkpoint. The clock moves one minute, to the next look back.');
    const { received } = stage.world.azure;
    for (let searches = 0; !received.has(logId) && searches < MOST_SEARCHES; searches++) {
      await stage.passTime(MINUTE_MS);
      for (let runs = 0; !received.has(logId) && runs < 3; runs++) await nextRun(stage);
    }
    const { ship } = await stage.until(state => received.has(logId) && !state.ship.isRunning);
    stage.say(
      `The look back found and shipped it: ${counted(ship.last?.totalLate ?? 0, 'late log')} so far.`,
    );
  },
};

const NO_SCHEDULE: Button = {
  name: 'no-schedule',
  title: 'The schedule stops',
  says: 'No run starts. Logs wait at Auth0, the checkpoint stays and the lag grows. In AWS, the alarm "silent" reports that no run has reported.',
  end: 'Start the schedule',
  play: async stage => {
    stage.schedule(false);
    const { ship, books } = await stage.until(state => state.ship.lagMs > LONG_MS && !state.ship.isRunning);
    const lag = Math.round(ship.lagMs / 1000);
    stage.say(`No run: ${counted(books.ahead, 'log')} wait at Auth0, the lag is ${lag} s and grows.`);
    await stage.ended();
    const startedMs = stage.now().nowMs;
    stage.schedule(true);
    const after = await stage.until(
      state => state.ship.last?.outcome === 'caught-up' && state.ship.last.endedMs > startedMs,
    );
    const logs = after.ship.last?.logsAccepted ?? 0;
    stage.say(`${timeText(after.nowMs)}: caught up; the run accepted ${counted(logs, 'log')}.`);
  },
};

export const BUTTONS: readonly Button[] = [
  AZURE_DOWN,
  RATE_LIMITED,
  POISON,
  ANSWER_LOST,
  KILL,
  DAILY_CAP,
  WRONG_KEY,
  LATE_LOG,
  NO_SCHEDULE,
];
