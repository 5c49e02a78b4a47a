import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DETECTIONS, type Detection } from '../../azure/detections.ts';
import type { DestinationKind } from '../../lambda/destinations/all.ts';
import { arrivalsOf, arrive } from '../../scripts/azure-trials/arrivals.ts';
import { call, DOMAIN, NOW_MS, type Scene, scene, shifted } from '../../scripts/azure-trials/scene.ts';
import { TRIALS } from '../../scripts/azure-trials/trials.ts';
import type { Log } from '../../simulator/auth0/tenant.ts';
import { type LogAnalytics, openLogAnalytics, type Row } from '../../simulator/azure/log-analytics/engine.ts';
import { fires, RULES } from './alert-rules.ts';

const scenes = Object.values(TRIALS).flatMap(({ fires, also = {}, quiet }) => [
  fires,
  ...Object.values(also),
  ...Object.values(quiet),
]);

const HOUR_MS = 3_600_000;

interface Stage {
  readonly analytics: LogAnalytics;
  readonly logIds: ReadonlyMap<Scene, readonly string[]>;
}

/** One workspace with the logs of several scenes; each run sees those of its own. */
async function setStage(destination: DestinationKind, of: readonly Scene[]): Promise<Stage> {
  const rows: Record<string, Row[]> = {};
  const logIds = new Map<Scene, readonly string[]>();
  for (const scene of of) {
    const arrived = arrive(destination, DOMAIN, arrivalsOf(scene));
    logIds.set(scene, arrived.logIds);
    for (const [table, some] of Object.entries({ ...arrived.rows, ...scene.others })) {
      rows[table] = [...(rows[table] ?? []), ...some];
    }
  }
  return { analytics: await openLogAnalytics('own', rows), logIds };
}

/** Runs the deployed rule as Azure does: over the rows of its window. Says whether it fires. */
const stageFires = (stage: Stage, { id }: Detection, scene: Scene) =>
  fires(stage.analytics, RULES.find(one => one.id === id)!, NOW_MS, stage.logIds.get(scene)!);

test('every detection has a trial, and every trial a detection', () => {
  expect(Object.keys(TRIALS).sort()).toEqual(DETECTIONS.map(one => one.id));
});

/** Rules that report each call: it happens each time, or it is a state of affairs. */
const EACH_TIME = new Set([
  'accounts-linked',
  'api-explorer-token',
  'client-credential-added',
  'mfa-removed',
  'tenant-admin-invited',
  'users-exported',
]);
/** By calls that happen each time too: something is created, deleted or deployed. */
const CALLS: Readonly<Record<string, Log>> = {
  'connection-changed': call('patch', 'connections/con_Example', { body: { enabled_clients: ['a'] } }),
  'log-stream-changed': call('patch', 'log-streams/lst_Example', { body: { status: 'paused' } }),
};
const REPEATED = DETECTIONS.filter(one => one.alertPer === 'look' && !EACH_TIME.has(one.id)).map(
  one => one.id,
);
/** As the Deploy CLI repeats every setting: https://github.com/auth0/auth0-deploy-cli */
const repeated = new Map(
  REPEATED.filter(id => id !== 'management-api-granted').map(id => {
    const logs = CALLS[id] ? [CALLS[id]] : TRIALS[id]!.fires.logs;
    return [
      id,
      scene(
        logs.map(one => shifted(one, -HOUR_MS)),
        logs,
      ),
    ] as const;
  }),
);

test('every trial has the page of its vendor', () => {
  const pages = /^https:\/\/(auth0\.com\/docs|github\.com\/auth0|learn\.microsoft\.com)\//;
  expect(Object.entries(TRIALS).filter(([, { source }]) => !pages.test(source))).toEqual([]);
});

describe.each(['logs-ingestion', 'data-collector'] as const)('over the table of %s,', destination => {
  let shared: Stage;
  beforeAll(async () => {
    shared = await setStage(
      destination,
      [...scenes, ...repeated.values()].filter(scene => !scene.others),
    );
  });
  afterAll(() => shared.analytics.close());

  /** LogId does not identify rows of other tables: such a scene has its own workspace. */
  async function play(detection: Detection, scene: Scene): Promise<boolean> {
    if (!scene.others) return stageFires(shared, detection, scene);
    const alone = await setStage(destination, [scene]);
    try {
      return await stageFires(alone, detection, scene);
    } finally {
      alone.analytics.close();
    }
  }

  test.each([...repeated])(
    '%s does not fire when a setting is made that was made before',
    async (id, again) => {
      expect(await play(DETECTIONS.find(one => one.id === id)!, again)).toBe(false);
    },
  );

  const cases = DETECTIONS.map(one => [one.id, one] as const);
  test.each(cases)('%s fires when it should, and only then', async (id, detection) => {
    const { fires: firing, also = {}, quiet } = TRIALS[id]!;
    const loud = async (scenesByName: Readonly<Record<string, Scene>>) => {
      const names: string[] = [];
      for (const [name, scene] of Object.entries(scenesByName)) {
        if (await play(detection, scene)) names.push(name);
      }
      return names;
    };
    const firingOnes = { 'the trial': firing, ...also };
    expect(await loud(firingOnes)).toEqual(Object.keys(firingOnes));
    expect(await loud(quiet)).toEqual([]);
  });
});
