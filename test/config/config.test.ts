import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePipeline, parsePipelines } from '../../lambda/config/config.ts';
import { parseStartFrom } from '../../lambda/core/start-from.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import { SAMPLES } from '../destinations/samples.ts';
import { AUTH0, PIPELINE, validPipeline } from './samples.ts';

describe('a valid configuration', () => {
  it.each(KINDS)('is completed with its defaults, to %s', kind => {
    const { azure, defaults } = SAMPLES[kind];
    expect(parsePipeline({ ...PIPELINE, azure })).toEqual({
      name: 'prod',
      auth0: { ...AUTH0, logRetentionDays: 1, startFrom: 'oldest', rateLimitHeadroom: 0.1 },
      azure: { ...azure, ...defaults },
      previousNames: [],
      schedule: 'rate(1 minute)',
      scheduleTimeZone: 'UTC',
      settleSeconds: 15,
      sweepMinutes: 15,
      include: ['*'],
      exclude: [],
      minimumLevel: 'debug',
      typeColumns: true,
      verify: 'off',
      redact: [],
      alarms: { email: [], https: [], lagMinutes: 15 },
    });
  });

  it('may be one pipeline or a list of them', () => {
    const other = { ...PIPELINE, name: 'other' };
    expect(parsePipelines(PIPELINE)).toEqual([parsePipeline(PIPELINE)]);
    expect(parsePipelines({ pipelines: [PIPELINE, other] }).map(one => one.name)).toEqual(['prod', 'other']);
  });

  it.each(['rate(5 minutes)', 'rate(1 hour)', 'cron(*/5 * * * ? *)'])(
    'may have the schedule %s',
    schedule => {
      expect(parsePipeline({ ...PIPELINE, schedule })).toMatchObject({ schedule });
    },
  );

  it('comes out of parsing as it went in, when it went in from parsing', () => {
    fc.assert(
      fc.property(validPipeline(), input => {
        const once = parsePipeline(input);
        expect(parsePipeline(once)).toEqual(once);
        expect(parsePipeline(JSON.parse(JSON.stringify(once)))).toEqual(once);
      }),
    );
  });
});

describe('where to start from', () => {
  it.each([
    ['oldest', { kind: 'oldest' }],
    ['now', { kind: 'now' }],
    ['2026-03-01', { kind: 'date', dateMs: Date.UTC(2026, 2, 1) }],
    ['2026-03-01T12:30:00+02:00', { kind: 'date', dateMs: Date.UTC(2026, 2, 1, 10, 30) }],
    ['2028-02-29T00:00:00.5Z', { kind: 'date', dateMs: Date.UTC(2028, 1, 29, 0, 0, 0, 500) }],
    [`900${'1'.repeat(53)}`, { kind: 'log', logId: `900${'1'.repeat(53)}` }],
  ])('is understood: %s', (value, start) => {
    expect(parseStartFrom(value)).toEqual(start);
  });

  it.each(['', 'newest', 'Now', '2026', '2026-02-30', '2026-02-29T00:00:00Z', '2026-13-01', '01/03/2026'])(
    'is refused: %s',
    value => {
      expect(parseStartFrom(value)).toBeUndefined();
    },
  );

  it('is refused without a zone, since nobody knows which one is meant', () => {
    expect(parseStartFrom('2026-03-01T12:30:00')).toBeUndefined();
  });
});
