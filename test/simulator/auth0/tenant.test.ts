import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  generateLogs,
  type Log,
  logIdAt,
  logStream,
  POISON_MARK,
  poisonLog,
} from '../../../simulator/auth0/tenant.ts';
import { tenantShelf } from '../../../simulator/auth0/tenant-store.ts';

const FROM = Date.parse('2026-03-01T10:00:00.000Z');
const HOUR = 3_600_000;
const plan = { seed: 7, count: 10_000, fromMs: FROM, toMs: FROM + HOUR };
const logs = generateLogs(plan);
const text = logs.map(log => JSON.stringify(log));
const idMs = (log: Log) => {
  const [, date, h, m, s, ms] = /^900(\d{8})(\d\d)(\d\d)(\d\d)(\d{3})/.exec(log.log_id) ?? [];
  const [year, month, day] = [date?.slice(0, 4), date?.slice(4, 6), date?.slice(6)];
  return Date.parse(`${year}-${month}-${day}T${h}:${m}:${s}.${ms}Z`);
};
const dateMs = (log: Log) => Date.parse(`${log.date.slice(0, 23).replace(' ', 'T')}Z`);

describe('the tenant’s logs', () => {
  it('are the same for the same seed and different for another', () => {
    expect(generateLogs(plan)).toEqual(logs);
    expect(generateLogs({ ...plan, seed: 8 })[0]).not.toEqual(logs[0]);
  });

  it('come one at a time from the stream, as many as are asked for, without making the rest', () => {
    const stream = logStream({ ...plan, count: 1_000_000_000 });
    expect(stream.next().value).toMatchObject({ log_id: expect.stringMatching(/^900\d{53}$/) });
    expect([...logStream({ ...plan, count: 50 })]).toEqual(generateLogs({ ...plan, count: 50 }));
  });

  it('have unique ids of 56 digits, ascending, in the time asked for, even within one millisecond', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 50 }),
        (seed, count, ms) => {
          const some = generateLogs({ seed, count, fromMs: FROM, toMs: FROM + ms });
          expect(some).toHaveLength(count);
          for (const [i, log] of some.entries()) {
            expect(log.log_id).toMatch(/^900\d{53}$/);
            expect(log._id).toBe(log.log_id);
            expect(log.log_id > (some[i - 1]?.log_id ?? '')).toBe(true);
            expect(idMs(log)).toBeGreaterThanOrEqual(FROM);
            expect(idMs(log)).toBeLessThanOrEqual(FROM + ms);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('refuse a plan that cannot be', () => {
    expect(() => generateLogs({ ...plan, count: -1 })).toThrow(/count is -1/);
    expect(() => logStream({ ...plan, count: 1.5 })).toThrow(RangeError);
    expect(() => logStream({ ...plan, toMs: FROM - 1 })).toThrow(/toMs/);
  });

  it('carry dates 0.01 to 5.8 seconds before their ids, so that dates run backwards inside a page', () => {
    const lagsMs = logs.map(log => idMs(log) - dateMs(log));
    expect(Math.min(...lagsMs)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...lagsMs)).toBeLessThanOrEqual(5_800);
    const backwards = logs.filter((log, i) => i > 0 && dateMs(log) < dateMs(logs[i - 1]!));
    expect(backwards.length).toBeGreaterThan(1_000);
  });

  it('write most dates in ISO and a few as the other half of Auth0 does', () => {
    const spaced = logs.filter(log => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}$/.test(log.date));
    const iso = logs.filter(log => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(log.date));
    expect(spaced.length + iso.length).toBe(logs.length);
    expect(spaced.length).toBeGreaterThan(20);
    expect(spaced.length).toBeLessThan(500);
  });

  it('have the sizes of a real tenant: about 950 bytes in the middle, kilobytes above, a few beyond 64 KB', () => {
    const sizes = text.map(one => Buffer.byteLength(one)).sort((a, b) => a - b);
    const share = (part: number) => sizes[Math.floor(part * sizes.length)]!;
    expect(share(0.5)).toBeGreaterThan(800);
    expect(share(0.5)).toBeLessThan(1_200);
    expect(share(0.95)).toBeGreaterThan(3_000);
    expect(share(0.95)).toBeLessThan(8_000);
    const huge = sizes.filter(size => size > 64 * 1024).length;
    expect(huge).toBeGreaterThan(2);
    expect(huge).toBeLessThan(50);
    expect(sizes.at(-1)).toBeLessThan(180_000);
  });

  it('hold nulls, absent fields and every type of scope and details', () => {
    const kinds = (field: string) => new Set(logs.map(log => kindOf(log[field])));
    expect(kinds('scope')).toEqual(new Set(['string', 'null', 'array', 'undefined']));
    expect(kinds('details')).toEqual(new Set(['object', 'null', 'undefined']));
    for (const field of [
      'connection',
      'client_name',
      'hostname',
      'audience',
      'organization_id',
      'location_info',
    ]) {
      expect(kinds(field), field).toContain('null');
      expect(kinds(field), field).toContain('undefined');
    }
    for (const field of ['isMobile', 'is_mobile', 'auth0_client', '$event_schema', 'organization_name']) {
      expect(kinds(field), field).toContain('undefined');
      expect(kinds(field).size, field).toBeGreaterThan(1);
    }
    expect(logs.some(log => 'isMobile' in log && 'is_mobile' in log)).toBe(false);
  });

  it('hold wide, combining, right-to-left and astral characters that survive UTF-8', () => {
    const all = text.join('\n');
    for (const script of [/[一-鿿]/, /\p{Script=Hebrew}/u, /\p{Script=Arabic}/u, /\u0301/, /🦊/u, /\u202e/]) {
      expect(all).toMatch(script);
    }
    expect(Buffer.from(all).toString()).toBe(all);
    expect(all.isWellFormed()).toBe(true);
  });

  it('hold many types, and some that no list knows', () => {
    const types = new Set(logs.map(log => log.type));
    for (const type of [
      's',
      'f',
      'fp',
      'fu',
      'seccft',
      'feccft',
      'sapi',
      'ss',
      'ssa',
      'slo',
      'limit_wc',
      'pwd_leak',
    ]) {
      expect(types).toContain(type);
    }
    expect(types).toContain('zz_simulated_new');
    const call = logs.find(log => log.type === 'sapi' && kindOf(log['details']) === 'object' && !huge(log));
    expect(call?.['details']).toHaveProperty('request.path');
    expect(call?.['details']).toHaveProperty('response.statusCode');
  });

  it('name only addresses and domains that are reserved for examples', () => {
    for (const log of logs) {
      expect(log['ip']).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^2001:db8::[0-9a-f:]+$/);
      if (log['user_name']) expect(log['user_name']).toMatch(/@example\.com$/);
    }
  });

  it('become poison without losing anything but their description', () => {
    const poison = poisonLog(logs[3]!);
    expect(poison).toEqual({ ...logs[3], description: POISON_MARK });
    expect(text.some(one => one.includes(POISON_MARK))).toBe(false);
  });
});

describe('the tenant’s shelf', () => {
  const few = logs.slice(0, 10);

  it('gives logs by id, whatever order they were added in', () => {
    const shelf = tenantShelf();
    shelf.add([...few].reverse());
    expect(shelf.after('9', 100, FROM + HOUR)).toEqual(few);
    expect(shelf.after(few[4]!.log_id, 2, FROM + HOUR)).toEqual(few.slice(5, 7));
    expect(shelf.visible(FROM + HOUR)).toEqual(few);
  });

  it('compares ids as text: an id that differs in its last digit only is another id', () => {
    const near = ['1', '2', '3'].map(end => ({
      ...few[0]!,
      log_id: logIdAt(FROM, `${'7'.repeat(35)}${end}`),
    }));
    const shelf = tenantShelf();
    shelf.add(near);
    expect(shelf.after(near[1]!.log_id, 100, FROM)).toEqual([near[2]]);
  });

  it('keeps a log for exactly its retention', () => {
    const shelf = tenantShelf(1_000);
    shelf.add([{ ...few[0]!, log_id: logIdAt(FROM) }]);
    expect(shelf.after('9', 1, FROM + 1_000)).toHaveLength(1);
    expect(shelf.after('9', 1, FROM + 1_001)).toHaveLength(0);
  });

  it('refuses a second log of the same id', () => {
    const shelf = tenantShelf();
    shelf.add(few);
    expect(() => shelf.add([few[2]!])).toThrow(few[2]!.log_id);
  });

  it('takes a late log only after one with a greater id was served', () => {
    const shelf = tenantShelf();
    const [first, late, last] = few as [Log, Log, Log];
    shelf.add([first, last]);
    expect(() => shelf.insertLate(late)).toThrow(/is not late/);
    shelf.after('9', 100, FROM + HOUR);
    shelf.insertLate(late);
    expect(shelf.after(last.log_id, 100, FROM + HOUR)).toEqual([]);
    expect(shelf.after(first.log_id, 100, FROM + HOUR)).toEqual([late, last]);
    expect([...shelf.ids()].sort()).toEqual([first, late, last].map(log => log.log_id));
  });
});

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function huge(log: Log): boolean {
  return JSON.stringify(log).length > 7_000;
}
