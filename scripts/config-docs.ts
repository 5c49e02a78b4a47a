/** `npm run generate -- configuration`: writes the tables of docs/configuration.md from the schema. The text around them stays. */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { pipeline } from '../lambda/config/config.ts';
import { removed, stack } from '../lambda/config/stack.ts';
import { SPECS } from '../lambda/destinations/all.ts';
import type { Description } from '../lambda/destinations/spec.ts';
import { DESCRIPTIONS } from './config-descriptions.ts';

/** One setting, as the schema has it. */
export interface Setting {
  /** `auth0.domain`; `redact[].field` for a setting of each item of a list. */
  readonly path: string;
  /** The table that contains it. */
  readonly section: string;
  readonly type: string;
  /** The allowed values, or the sentence about them from the error message. */
  readonly allowed: string;
  readonly required: boolean;
  /** Undefined when there is none. */
  readonly byDefault: unknown;
  /** Valibot's schema of the value. */
  readonly schema: Schema;
}

/** The parts of a valibot schema that are used: https://valibot.dev/guides/schemas */
export interface Schema {
  readonly type: string;
  readonly message?: unknown;
  /** Of an object. */
  readonly entries?: Readonly<Record<string, Schema>>;
  /** Of an optional. */
  readonly wrapped?: Schema;
  readonly default?: unknown;
  /** Of a list. */
  readonly item?: Schema;
  /** Of a variant or a union its schemas, of a picklist its values. */
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  /** A schema and the further checks of its value. */
  readonly pipe?: readonly { readonly type: string }[];
}

const PAGE = resolve(import.meta.dirname, '../docs/configuration.md');
const OPENING = /<!-- settings: (\S+); written by "npm run generate" -->/;
const REGION = new RegExp(`(${OPENING.source}).*?(<!-- end of settings -->)`, 'gs');

/**
 * Every setting, in the order of the schema. A setting that is equal for all destinations is listed once, in section
 * `azure`, unless each destination describes it separately.
 */
export function settings(): readonly Setting[] {
  const around = { entries: { removed: v.optional(removed, []), stack: v.optional(stack, {}) } };
  const all = [
    ...settingsOf(pipeline as unknown as Schema, '', 'pipeline'),
    ...settingsOf(around as unknown as Schema, '', 'file'),
  ];
  const key = ({ path, type, allowed, required, byDefault }: Setting) =>
    JSON.stringify([path, type, allowed, required, byDefault]);
  const alike = (setting: Setting) =>
    ownDescription(setting) ? [setting] : all.filter(one => key(one) === key(setting));
  return all.flatMap(setting => {
    const same = alike(setting);
    if (same.length === 1 || same.length < SPECS.length) return [setting];
    return same[0] === setting ? [{ ...setting, section: 'azure' }] : [];
  });
}

function settingsOf(object: Schema, prefix: string, section: string): Setting[] {
  return Object.entries(object.entries ?? {}).flatMap(([name, schema]) =>
    settingsAt(schema, prefix + name, section),
  );
}

function settingsAt(given: Schema, path: string, section: string): Setting[] {
  const schema = given.wrapped ?? given;
  if (schema.entries) return settingsOf(schema, `${path}.`, path);
  if (schema.type === 'variant') {
    const variants = schema.options as readonly Schema[];
    return [kindOf(path, variants), ...variants.flatMap(variant => settingsOfVariant(variant, path))];
  }
  const setting: Setting = {
    path,
    section,
    type: typeOf(schema),
    allowed: allowedOf(schema),
    required: given.wrapped === undefined,
    byDefault: given.default,
    schema,
  };
  return [setting, ...(schema.item?.entries ? settingsOf(schema.item, `${path}[].`, path) : [])];
}

/** `kind` distinguishes the variants, so it is one setting with one value per variant. */
function kindOf(path: string, variants: readonly Schema[]): Setting {
  const schema = v.picklist(variants.map(kindValue)) as unknown as Schema;
  return {
    path: `${path}.kind`,
    section: path,
    type: typeOf(schema),
    allowed: allowedOf(schema),
    required: true,
    byDefault: undefined,
    schema,
  };
}

const kindValue = (variant: Schema) => String(variant.entries?.['kind']?.literal);

function settingsOfVariant(variant: Schema, path: string): Setting[] {
  const { kind: _, ...entries } = variant.entries ?? {};
  return settingsOf({ ...variant, entries }, `${path}.`, kindValue(variant));
}

function typeOf({ type, options, pipe }: Schema): string {
  if (type === 'array') return 'list';
  if (type === 'union') return (options as readonly Schema[]).map(typeOf).join(' or ');
  if (type === 'picklist') return typeof options?.[0] === 'number' ? 'number' : 'text';
  if (type === 'number') return pipe?.some(step => step.type === 'integer') ? 'whole number' : 'number';
  if (type === 'string') return 'text';
  if (type === 'boolean') return 'true or false';
  if (type === 'record') return 'object';
  throw new Error(`no text for a schema of type "${type}"`);
}

function allowedOf({ type, options, message }: Schema): string {
  if (type === 'picklist') return (options ?? []).map(value => JSON.stringify(value)).join(', ');
  if (typeof message === 'string') return message;
  throw new Error(`a schema of type "${type}" does not say what is allowed`);
}

/**
 * The page with new tables. Throws if a table of the schema has no place on it, a place has no table, or a setting has
 * no description.
 */
export function withTables(page: string): string {
  const all = settings();
  const sections = new Set(all.map(({ section }) => section));
  const places = [...page.matchAll(REGION)].map(([, , section = '']) => section);
  const lost = [...sections].filter(section => !places.includes(section));
  const idle = places.filter((section, i) => !sections.has(section) || places.indexOf(section) !== i);
  if (lost.length + idle.length > 0) {
    throw new Error(`the page has no place for: ${lost.join(', ')}; or one too many: ${idle.join(', ')}`);
  }
  return page.replace(REGION, (_, opening: string, section: string, end: string) => {
    const rows = all.filter(one => one.section === section).map(row);
    return [opening, '', HEAD, ...rows, '', end].join('\n');
  });
}

const HEAD = `| Setting | Means | Type | Allowed | Default | Example |
| --- | --- | --- | --- | --- | --- |`;

function row(setting: Setting): string {
  const { path, type, allowed, required, byDefault } = setting;
  const description = descriptionOf(setting);
  if (!description)
    throw new Error(`"${path}" has no description in scripts/config-descriptions.ts or the spec`);
  const none = required ? '**required**' : 'none';
  const cells = [
    code(path),
    description.means,
    type,
    plain(allowed),
    byDefault === undefined ? none : code(JSON.stringify(byDefault)),
    code(spaced(description.example)),
  ];
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A destination's own setting is described by its spec. */
export function descriptionOf(setting: Setting): Description | undefined {
  return ownDescription(setting) ?? DESCRIPTIONS[setting.path];
}

function ownDescription({ path, section }: Setting): Description | undefined {
  const spec = SPECS.find(({ kind }) => kind === section);
  return spec?.descriptions[path.replace(/^azure\./, '')];
}

const code = (text: string) => `\`${text}\``;
/** Markdown that shows the text unchanged. */
const plain = (text: string) => text.replace(/[*_<]/g, '\\$&');
/** JSON on one line, with spaces. */
const spaced = (value: unknown) =>
  JSON.stringify(value, null, 1)
    .replace(/,\n\s*/g, ', ')
    .replace(/\n\s*/g, '');

if (import.meta.main) await writeFile(PAGE, withTables(await readFile(PAGE, 'utf8')));
