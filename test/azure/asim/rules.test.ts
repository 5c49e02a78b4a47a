import { afterAll, beforeAll, expect, test } from 'vitest';
import { arrive } from '../../../scripts/azure-trials/arrivals.ts';
import { type Fields, log, NOW_MS } from '../../../scripts/azure-trials/scene.ts';
import type { Log } from '../../../simulator/auth0/tenant.ts';
import { ASIM_RULES } from '../../../simulator/azure/asim/rules.ts';
import { type Asim, openAsim } from '../../../simulator/azure/log-analytics/asim.ts';
import { DOMAIN, parserOf } from './asim-world.ts';

interface RuleTrial {
  readonly fires: Readonly<Record<string, readonly Log[]>>;
  readonly quiet: Readonly<Record<string, readonly Log[]>>;
}

const BAD = '198.51.100.7';
const user = (name: string): Fields => ({
  user_id: `auth0|${name}`,
  user_name: `${name}@example.com`,
  client_id: 'ExampleClientWeb000000000000000A',
  client_name: 'Example Web',
});
const from = (country: string): Fields => ({ location_info: { country_name: country } });
const times = <T>(count: number, one: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => one(index));
const WRONG = { description: 'Wrong email or password.' };

/** Minutes ago 31 to 33: within one bin of 5 and of 20 minutes. */
const spray = (users: number, more: Fields = {}, type = 'fp') =>
  times(users, index => log(type, 31 + index / 20, { ...WRONG, ...user(`u${index}`), ip: BAD, ...more }));
const guesses = (count: number, more: Fields = {}) =>
  times(count, index => log('fp', 31 + index / 20, { ...WRONG, ...user('ada'), ...more }));
const signIn = (minutesAgo: number, name: string, more: Fields = {}) =>
  log('s', minutesAgo, { ...user(name), ...more });
const isBlocked = (minutesAgo: number, name: string, more: Fields = {}) =>
  log('f', minutesAgo, { ...user(name), description: 'user is blocked', ip: BAD, ...more });

const TRIALS: Readonly<Record<string, RuleTrial>> = {
  'asim-password-spray': {
    fires: {
      '16 users from one address': spray(16),
      'over an application that passes the address on': spray(16).map((one, index) => ({
        ...one,
        ip: `203.0.113.${index}`,
        client_ip: BAD,
      })),
    },
    quiet: {
      '15 users': spray(15),
      '60 failures of one user': times(60, index =>
        log('fp', 31 + index / 60, { ...WRONG, ...user('ada'), ip: BAD }),
      ),
      '16 users from 16 addresses': spray(16).map((one, index) => ({ ...one, ip: `203.0.113.${index}` })),
      '16 users get in': times(16, index => signIn(31 + index / 20, `u${index}`, { ip: BAD })),
      '16 users over an hour': times(16, index =>
        log('fp', 1 + index * 3.5, { ...WRONG, ...user(`u${index}`), ip: BAD }),
      ),
      '16 users without a session': spray(16, { description: 'Login required' }, 'fsa'),
    },
  },
  'asim-brute-force': {
    fires: {
      '10 wrong passwords, then the right one': [...guesses(10), signIn(30.5, 'ada')],
      'at the token endpoint': [
        ...times(10, index => [
          log('fp', 31 + index / 20, { ...WRONG, ...user('ada') }),
          log('fepft', 31 + index / 20, { ...WRONG, ...user('ada') }),
        ]).flat(),
        log('sepft', 30.5, user('ada')),
      ],
    },
    quiet: {
      '9 wrong passwords': [...guesses(9), signIn(30.5, 'ada')],
      '9 wrong passwords at the token endpoint, each with two logs': [
        ...times(9, index => [
          log('fp', 31 + index / 20, { ...WRONG, ...user('ada') }),
          log('fepft', 31 + index / 20, { ...WRONG, ...user('ada') }),
        ]).flat(),
        log('sepft', 30.5, user('ada')),
      ],
      'no success': guesses(20),
      'the success of another user': [...guesses(10), signIn(30.5, 'grace')],
      'a page that asks for a session 20 times': [
        ...times(20, index => log('fsa', 31 + index / 20, user('ada'))),
        signIn(30.5, 'ada'),
      ],
      'users of two domains with one name': [
        ...times(10, index =>
          log('fp', 31 + index / 20, { ...WRONG, user_id: '', user_name: 'ada@example.org' }),
        ),
        signIn(30.5, 'ada', { user_id: '' }),
      ],
    },
  },
  'asim-countries': {
    fires: {
      'two countries within 3 hours': [signIn(100, 'ada', from('Austria')), signIn(20, 'ada', from('Japan'))],
    },
    quiet: {
      'one country': [signIn(100, 'ada', from('Austria')), signIn(20, 'ada', from('Austria'))],
      'two users': [signIn(100, 'ada', from('Austria')), signIn(20, 'grace', from('Japan'))],
      'more than 3 hours apart': [signIn(200, 'ada', from('Austria')), signIn(10, 'ada', from('Japan'))],
      'a failure abroad': [
        signIn(100, 'ada', from('Austria')),
        log('fp', 20, { ...user('ada'), ...from('Japan') }),
      ],
      'the server of an application exchanges the code and renews the token': [
        signIn(100, 'ada', from('Austria')),
        ...['seacft', 'sertft', 'ssa'].map(type => log(type, 99, { ...user('ada'), ...from('Ireland') })),
      ],
    },
  },
  'asim-disabled-accounts': {
    fires: { 'a blocked account, then another': [isBlocked(300, 'ada'), signIn(200, 'grace', { ip: BAD })] },
    quiet: {
      'no success': [isBlocked(300, 'ada'), isBlocked(290, 'grace')],
      'a success from elsewhere': [isBlocked(300, 'ada'), signIn(200, 'grace', { ip: '203.0.113.1' })],
      'a wrong password': [
        log('fp', 300, { ...WRONG, ...user('ada'), ip: BAD }),
        signIn(200, 'grace', { ip: BAD }),
      ],
      'the address of an office': [
        isBlocked(300, 'ada'),
        ...times(101, index => signIn(200, `u${index}`, { ip: BAD })),
      ],
      'the day before': [isBlocked(1500, 'ada'), signIn(200, 'grace', { ip: BAD })],
    },
  },
};

let asim: Asim;
const idsOf = new Map<readonly Log[], readonly string[]>();
beforeAll(async () => {
  const scenes = Object.values(TRIALS).flatMap(({ fires, quiet }) => [
    ...Object.values(fires),
    ...Object.values(quiet),
  ]);
  for (const scene of scenes)
    idsOf.set(
      scene,
      scene.map(one => one.log_id),
    );
  const arrivals = scenes.flat().map(one => ({ log: one, arrivedMs: Date.parse(one.date) + 30_000 }));
  asim = await openAsim('own', arrive('logs-ingestion', DOMAIN, arrivals).rows);
});
afterAll(() => asim.close());

test('every rule has a trial with several quiet scenes', () => {
  expect(Object.keys(TRIALS)).toEqual(ASIM_RULES.map(one => one.id));
  expect(Object.values(TRIALS).filter(({ quiet }) => Object.keys(quiet).length < 4)).toEqual([]);
});

test.each(ASIM_RULES.map(one => [one.title, one] as const))(
  '%s fires on an attack, and only then',
  async (_, rule) => {
    const { fires, quiet } = TRIALS[rule.id]!;
    const loud: string[] = [];
    for (const [name, scene] of Object.entries({ ...fires, ...quiet })) {
      const found = await asim.runRule(rule, parserOf('Authentication'), {
        toMs: NOW_MS,
        logIds: idsOf.get(scene)!,
      });
      if (found.length > 0) loud.push(name);
    }
    expect(loud).toEqual(Object.keys(fires));
  },
  120_000,
);
