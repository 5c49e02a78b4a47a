/** Files with any of their parts changed: most are broken, each in a way of its own. */
import fc from 'fast-check';
import { DESCRIPTIONS } from '../../scripts/config-descriptions.ts';
import { SAMPLES, VERIFIABLE } from '../destinations/samples.ts';
import { PIPELINE, type Settings, validPipeline } from './samples.ts';

type Json = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

/** Every setting of the stack, as documented. */
const STACK = tree('stack.');

/** A pipeline with every setting that is documented for any of them, as far as they go together. */
function fullPipelines(): readonly Settings[] {
  const { topicArn: _, ...alarms } = Object(tree('alarms.'));
  const rest = Object.fromEntries(
    Object.entries(DESCRIPTIONS).flatMap(([path, { example }]) =>
      /^(removed|name)$|[.[]/.test(path) ? [] : [[path, example]],
    ),
  );
  return Object.values(SAMPLES).map(({ azure, carried }) => ({
    ...PIPELINE,
    ...rest,
    adopt: tree('adopt.'),
    auth0: tree('auth0.'),
    azure: { ...azure, ...carried, ...('tenantId' in azure && { workspaceId: VERIFIABLE.workspaceId }) },
    // The example needs an identity that can read the workspace.
    verify: 'tenantId' in azure ? rest['verify'] : 'off',
    alarms,
  }));
}

/** The examples of all settings that begin so, as an object. */
function tree(prefix: string): Settings {
  const whole: Settings = {};
  for (const [path, { example }] of Object.entries(DESCRIPTIONS)) {
    if (!path.startsWith(prefix) || path.includes('[]')) continue;
    const steps = path.slice(prefix.length).split('.');
    let inner = whole;
    for (const step of steps.slice(0, -1)) {
      inner[step] ??= {};
      inner = inner[step] as Settings;
    }
    inner[steps.at(-1)!] = example;
  }
  return whole;
}

/** A file of one pipeline or of several, with and without the stack. */
export function validFile(): fc.Arbitrary<Settings> {
  const one = fc.oneof(validPipeline(), fc.constantFrom(...fullPipelines()));
  const schemaName = fc.constantFrom({}, { $schema: './config.schema.json' });
  const stack = fc.constantFrom({}, { stack: {} }, { stack: { ...STACK, region: 'eu-west-1' } });
  const removed = fc.constantFrom({}, { removed: ['gone'] });
  return fc
    .tuple(one, schemaName, stack, removed, fc.boolean())
    .map(([pipeline, name, around, gone, single]) =>
      single ? { ...name, ...pipeline } : { ...name, pipelines: [pipeline], ...around, ...gone },
    );
}

/** One to three changes of a valid file. */
export function brokenFile(): fc.Arbitrary<unknown> {
  const change = fc.tuple(fc.nat(), fc.oneof(replacement(), alteration()));
  return fc.tuple(validFile(), fc.array(change, { minLength: 1, maxLength: 3 })).map(([file, changes]) =>
    changes.reduce<unknown>((given, [which, how]) => {
      const all = pathsIn(given);
      return changed(given, all[which % all.length]!, how);
    }, file),
  );
}

/** From the value that stood there to another one; undefined removes it. */
type Change = (value: unknown) => unknown;

const VALUES: readonly unknown[] = [
  undefined, null, true, false, 0, 1, -1, 0.5, 5, 40, 366, 1441, 200_000, 1e21, '', ' ', 'prod', 'x'.repeat(600),
  [], {}, [[]], [{}], ['prod'], ['prod', 'prod'], [''], ['a', 1], { prod: 1 }, { 'aws:x': 'y' }, { k: 'ü 1' },
  'federated', 'client-secret', 'oldest', '2026-02-30T25:00:00Z', '2026-03-01T12:30:00', '900'.padEnd(56, '1'),
  'rate(1 minute)', 'rate(1 minutes)', 'rate(2400 minutes)', 'rate(2401 minutes)', 'rate(90 hours)', 'rate(20 hours)',
  'cron(0 0 L * ? *)', 'cron(0 0 ? * MON#6 *)', 'cron(0  0 * * ? *)', 'cron(* * * * ? *)', 'Asia/Tokyo', 'utc', '+01:00',
  'acme.eu.auth0.com', 'https://acme.eu.auth0.com', 'arn:aws:sns:us-east-1:123456789012:ops', 'a'.repeat(64),
  'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod-secret', `${'A'.repeat(86)}==`, 'date', 'Date', 'UserName',
  'user..name', ['details', ''], ['id'], ['id', 'x'], 'details.x y', '\u{1F600}'.repeat(400), 'https://\u{1F600}/x', '\ud800',
]; // biome-ignore format: a list to read across

const replacement = (): fc.Arbitrary<Change> =>
  fc.oneof(
    fc.constantFrom(...VALUES).map(value => () => value),
    fc.string({ unit: 'binary', maxLength: 80 }).map(value => () => value),
    fc.string({ maxLength: 12 }).map(value => () => value),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => () => value),
    fc
      .constantFrom('name', '__proto__x', 'stack', '$schema', 'kind', 'toString')
      .map(key => (value: unknown) => ({
        ...Object(value),
        [key]: value,
      })),
  );

/** A text with a letter more, less or in the other case; a number beside it; a list with an item twice. */
const alteration = (): fc.Arbitrary<Change> =>
  fc
    .tuple(fc.nat(), fc.constantFrom('', 'A', 'z', '0', '-', '.', '/', '*', ' ', 'ſ', '\u{1F600}'))
    .map(([where, letter]) => value => {
      if (typeof value === 'number') return value + (where % 5) - 2;
      if (Array.isArray(value)) return where % 2 ? [...value, ...value] : value.slice(1);
      if (typeof value !== 'string') return undefined;
      const at = where % (value.length + 1);
      if (where % 3 === 0) return value.toUpperCase();
      return value.slice(0, at) + letter + value.slice(at + (where % 2));
    });

function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [
    path,
    ...inner.flatMap(([key, one]) => pathsIn(one, [...path, Array.isArray(value) ? Number(key) : key])),
  ];
}

function changed(value: unknown, [step, ...deeper]: Path, how: Change): unknown {
  // Only what JSON can hold.
  if (step === undefined) return JSON.parse(JSON.stringify(how(value) ?? null));
  const inner = changedAt((value as Json)[step], deeper, how);
  if (Array.isArray(value))
    return value.flatMap((one, i) => (i === step ? (inner === undefined ? [] : [inner]) : [one]));
  const { [step]: _, ...rest } = value as Json;
  return inner === undefined ? rest : { ...rest, [step]: inner };
}

function changedAt(value: unknown, path: Path, how: Change): unknown {
  if (path.length > 0) return changed(value, path, how);
  const json = JSON.stringify(how(value));
  return json === undefined ? undefined : JSON.parse(json);
}
