import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, parsePipeline, parsePipelines } from '../../lambda/config/config.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import { SAMPLES, SOME, SOME_SECRET } from '../destinations/samples.ts';
import { AUTH0, PIPELINE, type Settings, validPipeline } from './samples.ts';

/** Of the shapes of real secrets; each begins with a word by which a part of it would be noticed. */
const AUTH0_CLIENT_SECRET = `Leak7${'aB3_x-'.repeat(20)}`.slice(0, 64);
const SHARED_KEY = `${'Leak7aB3/x+'.repeat(20).slice(0, 86)}==`;
const ENTRA_SECRET = `Leak7Q~${'aB3.x-Z_9'.repeat(4)}`.slice(0, 40);
const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----\n${'Leak7aB3/x+'.repeat(6)}\n-----END PRIVATE KEY-----`;
const SECRETS = [AUTH0_CLIENT_SECRET, SHARED_KEY, ENTRA_SECRET, PRIVATE_KEY];

function problemsOf(parse: (input: unknown) => unknown, input: unknown): readonly string[] {
  try {
    parse(input);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).toContain(error.problems.join('\n  - '));
    return error.problems;
  }
  return [];
}
/** A setting that takes no space. */
const SETTING = Object.keys(SOME.carried)[0] ?? '';
const quoted = (names: readonly string[]) => names.map(name => `"${name}"`).join(', ');
const problems = (input: unknown) => problemsOf(parsePipeline, input);
const withAuth0 = (settings: Settings) => ({ ...PIPELINE, auth0: { ...AUTH0, ...settings } });
const withAzure = (settings: Settings, azure: Settings = SOME.azure) => ({
  ...PIPELINE,
  azure: { ...azure, ...settings },
});

describe('a malformed configuration', () => {
  it.each<[string, unknown, string]>([
    [
      'a missing setting',
      { ...PIPELINE, auth0: { secret: 'x' } },
      'auth0.domain: missing; allowed: a bare host name, such as "acme.eu.auth0.com": no https://, no path',
    ],
    ['a missing part', { name: 'prod', azure: SOME.azure }, 'auth0: missing; allowed: an object'],
    ['null for a part', { ...PIPELINE, auth0: null }, 'auth0: is null; allowed: an object'],
    ['null for a destination', { ...PIPELINE, azure: null }, 'azure: is null; allowed: an object'],
    ['a text for a part', { ...PIPELINE, alarms: 'none' }, 'alarms: is "none"; allowed: an object'],
    [
      'a list for a part',
      { ...PIPELINE, auth0: ['a', 1, null, {}, []] },
      'auth0: is ["a", 1, null, an object, a list]; allowed: an object',
    ],
    ['a list for a destination', { ...PIPELINE, azure: [] }, 'azure: is []; allowed: an object'],
    [
      'a wrong kind',
      withAzure({ kind: 'data-colector' }),
      `azure.kind: is "data-colector"; allowed: one of ${quoted(KINDS)}`,
    ],
    ['no kind', withAzure({ kind: undefined }), `azure.kind: missing; allowed: one of ${quoted(KINDS)}`],
    ['a fraction', { ...PIPELINE, settleSeconds: 0.5 }, 'settleSeconds: is 0.5; allowed: seconds, 0 to 3600'],
    [
      'a number as text',
      { ...PIPELINE, settleSeconds: '15' },
      'settleSeconds: is "15"; allowed: seconds, 0 to 3600',
    ],
    [
      'true',
      { ...PIPELINE, include: true },
      'include: is true; allowed: a list of Auth0 type codes, such as ["s*", "fp"]',
    ],
    ['an empty list', { ...PIPELINE, include: [] }, 'include: is []; allowed: at least one type pattern'],
    [
      'a wrong item of a list',
      { ...PIPELINE, include: ['fp', 'a b'] },
      'include[1]: is "a b"; allowed: an Auth0 type code, with "*" as a wildcard: "s*", "fp"',
    ],
    [
      'a wrong setting in a list',
      { ...PIPELINE, redact: [{ field: 'user_name', how: 'delete' }] },
      'redact[0].how: is "delete"; allowed: one of "mask", "hash", "drop"',
    ],
    [
      'a list where one value is wanted',
      withAuth0({ domain: ['a.example.com', 'b.example.com'] }),
      'auth0.domain: is ["a.example.com", "b.example.com"]; allowed: a bare host name, such as "acme.eu.auth0.com": no https://, no path',
    ],
    [
      'a long list',
      { ...PIPELINE, settleSeconds: [1, 2, 3, 4, 5, 6, 7] },
      'settleSeconds: is [1, 2, 3, 4, 5, …]; allowed: seconds, 0 to 3600',
    ],
    [
      'a URL for a host, without what may be secret in it',
      withAuth0({ domain: 'https://user:pass@acme.eu.auth0.com/api?token=t' }),
      'auth0.domain: is "https://acme.eu.auth0.com/…"; allowed: a bare host name, such as "acme.eu.auth0.com": no https://, no path',
    ],
    [
      'a rate of nothing',
      { ...PIPELINE, schedule: 'rate(0 minutes)' },
      'schedule: is "rate(0 minutes)"; allowed: "rate(1 minute)", "rate(5 minutes)", "rate(1 hour)", "rate(2 hours)"',
    ],
    [
      'an offset for a time zone',
      { ...PIPELINE, scheduleTimeZone: '+01:00' },
      'scheduleTimeZone: is "+01:00"; allowed: an IANA time zone, such as "Europe/Berlin"',
    ],
    [
      'a day that does not exist',
      withAuth0({ startFrom: '2026-02-30' }),
      'auth0.startFrom: is "2026-02-30"; allowed: "oldest", "now", an ISO 8601 date or a log id',
    ],
    [
      'a text for everything',
      'prod',
      '(the configuration): is a string of 4 characters (not shown, as it may be a secret); allowed: an object',
    ],
    ['nothing', undefined, '(the configuration): missing; allowed: an object'],
    ['a list for everything', [PIPELINE], '(the configuration): is [an object]; allowed: an object'],
  ])('with %s is told where, what was given and what is allowed', (_, input, problem) => {
    expect(problems(input)).toEqual([problem]);
  });

  it('is told every problem at once, each once', () => {
    const input = {
      name: 'Prod',
      auth0: { domain: 'https://acme.eu.auth0.com', logRetentionDays: 0.5, speed: 1 },
      azure: { ...SOME.azure, [SETTING]: 'a b', maxBatchBytes: 1 },
      schedule: 'hourly',
      alarms: { email: ['ops'], lagMinutes: 0 },
    };
    const paths = problems(input).map(problem => problem.split(': ')[0]);
    expect(paths).toEqual([
      'name',
      'auth0.domain',
      'auth0.secret',
      'auth0.logRetentionDays',
      'auth0.speed',
      `azure.${SETTING}`,
      'azure.maxBatchBytes',
      'schedule',
      'alarms.email[0]',
      'alarms.lagMinutes',
    ]);
  });

  it('is told of every unknown setting, with the one that was probably meant', () => {
    const input = withAuth0({
      Domain: 'x',
      retentionDays: 1,
      'start-from': 'now',
      costumDomain: 'x',
      colour: 1,
    });
    const allowed = 'allowed: domain, customDomain, secret, logRetentionDays, startFrom, rateLimitHeadroom';
    expect(problems(input)).toEqual([
      `auth0.Domain: unknown setting, did you mean "domain"?; ${allowed}`,
      `auth0.retentionDays: unknown setting, did you mean "logRetentionDays"?; ${allowed}`,
      `auth0.start-from: unknown setting, did you mean "startFrom"?; ${allowed}`,
      `auth0.costumDomain: unknown setting, did you mean "customDomain"?; ${allowed}`,
      `auth0.colour: unknown setting; ${allowed}`,
    ]);
  });

  it.each(KINDS)('takes a setting of another destination than %s for unknown', kind => {
    const { azure } = SAMPLES[kind];
    const allowed = `unknown setting; allowed: ${Object.keys(azure)[0]}, ${Object.keys(azure)[1]}`;
    for (const other of KINDS.flatMap(one => Object.keys(SAMPLES[one].carried))) {
      if (other in specOf({ kind }).descriptions || other in SAMPLES[kind].carried) continue;
      expect(problems(withAzure({ [other]: 'Custom-X' }, azure))).toEqual([
        expect.stringMatching(new RegExp(`^azure\\.${other}: ${allowed}`)),
      ]);
    }
  });

  it('is told that the secret is missing, whatever else is wrong', () => {
    const { secret: _, ...rest } = SOME.azure;
    const told = problems(withAzure({ [SETTING]: 'a b', speed: 1 }, rest));
    // Where the setting is optional in another case, the problem says so last.
    expect(told).toHaveLength(3);
    for (const problem of [
      `azure.${SETTING}: is "a b"; allowed: `,
      'azure.speed: unknown setting',
      'azure.secret: missing; allowed: the name or ARN of a secret in Secrets Manager (not the secret itself)',
    ]) {
      expect(told.filter(one => one.startsWith(problem))).toHaveLength(1);
    }
  });

  it('is told which names are taken, whatever else is wrong', () => {
    const other = { ...PIPELINE, name: 'other' };
    const late = { ...PIPELINE, settleSeconds: -1 };
    expect(problemsOf(parsePipelines, { pipelines: [PIPELINE, other, late, PIPELINE] })).toEqual([
      'pipelines[2].settleSeconds: is -1; allowed: seconds, 0 to 3600',
      'pipelines[2].name: is "prod", as is pipelines[0].name; allowed: a unique name',
      'pipelines[3].name: is "prod", as is pipelines[0].name; allowed: a unique name',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['no list', { pipelines: PIPELINE }, 'pipelines: is an object; allowed: a list of pipelines'],
    ['an empty list', { pipelines: [] }, 'pipelines: is []; allowed: at least one pipeline'],
    ['null in it', { pipelines: [null] }, 'pipelines[0]: is null; allowed: an object'],
    [
      'something beside it',
      { pipelines: [PIPELINE], x: 1 },
      'x: unknown setting; allowed: pipelines, stack, removed',
    ],
  ])('of several pipelines with %s is told so', (_, input, problem) => {
    expect(problemsOf(parsePipelines, input)).toEqual([problem]);
  });
});

describe('a secret in the wrong place', () => {
  const placesOf = (secret: string): unknown[] => [
    secret,
    [secret],
    { ...PIPELINE, name: secret },
    withAuth0({ domain: secret }),
    withAuth0({ domain: [secret] }),
    withAuth0({ domain: `https://${secret}@acme.eu.auth0.com/` }),
    withAuth0({ domain: `https://acme.eu.auth0.com/?key=${encodeURIComponent(secret)}` }),
    withAuth0({ startFrom: `key ${secret}` }),
    withAuth0({ [secret]: true }),
    withAuth0({ clientSecret: secret }),
    withAzure({ kind: secret }),
    ...KINDS.flatMap(kind => {
      const { azure, carried } = SAMPLES[kind];
      return Object.keys(carried).map(name => withAzure({ [name]: [secret] }, azure));
    }),
    withAzure({ [SETTING]: secret }),
    withAzure({ [SOME_SECRET.name]: secret }),
    { ...PIPELINE, include: [secret] },
    { ...PIPELINE, auth0: secret },
    { [secret]: PIPELINE },
  ];

  it.each(SECRETS)('is never shown, wherever it is pasted (%#)', secret => {
    for (const place of placesOf(secret)) {
      const told = problems(place);
      expect(told.length).toBeGreaterThan(0);
      expect(told.join('\n')).not.toContain('Leak7');
    }
  });

  it('is never shown, whatever its letters are', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const secrets = fc.oneof(
      bytes(64).map(key => Buffer.from(key).toString('base64')),
      bytes(48).map(secret => Buffer.from(secret).toString('base64url')),
      bytes(24).map(secret => `aB8Q~${Buffer.from(secret).toString('base64url')}`),
    );
    fc.assert(
      fc.property(secrets, secret => {
        const told = problems({ ...PIPELINE, name: [secret], [secret]: 1, include: secret }).join('\n');
        for (let i = 0; i + 12 <= secret.length; i += 4) expect(told).not.toContain(secret.slice(i, i + 12));
      }),
    );
  });

  it.each([AUTH0_CLIENT_SECRET, SHARED_KEY, ENTRA_SECRET, PRIVATE_KEY, 'hunter2 hunter2'])(
    'is not taken for the name of a secret, nor shown as one (%#)',
    secret => {
      const told = problems(withAuth0({ secret }));
      expect(told).toEqual([
        `auth0.secret: is a string of ${secret.length} characters (not shown, as it may be a secret); ` +
          'allowed: the name or ARN of a secret in Secrets Manager (not the secret itself)',
      ]);
    },
  );

  it.each([
    'auth0-logs/prod/auth0',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:auth0/Prod-AbCdEf',
  ])('is told from the name of one (%s)', secret => {
    expect(problems(withAuth0({ secret }))).toEqual([]);
  });
});

it('only ever throws a ConfigError with problems, and says where each is, for any input', () => {
  const junk = fc.jsonValue({ maxDepth: 2 });
  const spoilt = fc
    .tuple(
      validPipeline(),
      fc.constantFrom('name', 'auth0', 'azure', 'include', 'redact', 'alarms', 'schedule'),
      junk,
    )
    .map(([input, key, value]) => ({ ...input, [key]: value }));
  const spoiltDeep = fc
    .tuple(validPipeline(), fc.constantFrom('auth0', 'azure', 'alarms'), fc.string(), junk)
    .map(([input, part, key, value]) => ({
      ...input,
      [part]: { ...(input[part] as Settings), [key]: value },
    }));
  fc.assert(
    fc.property(fc.oneof(junk, spoilt, spoiltDeep), input => {
      for (const parse of [parsePipeline, parsePipelines]) {
        for (const problem of problemsOf(parse, input)) expect(problem).toMatch(/^.+: .*; allowed: .+/s);
      }
    }),
    { numRuns: 500 },
  );
});
