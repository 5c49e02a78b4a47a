/**
 * `npm run generate -- schema`: writes config.schema.json, the configuration file's JSON Schema, from the schema that
 * parses it. Draft 7 is what editors support best: https://code.visualstudio.com/docs/languages/json
 */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ConversionConfig, type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import { deployment, pipeline } from '../lambda/config/config.ts';
import { descriptionOf, type Setting, settings } from './config-docs.ts';

const FILE = resolve(import.meta.dirname, '../config.schema.json');

type Writable = { -readonly [K in keyof JsonSchema]: JsonSchema[K] };

const SCHEMA_NAME = {
  type: 'string',
  description: 'Where this schema is, for editors. It configures nothing.',
} as const;

/** The checks that are functions: what JSON Schema can say of them stands beside each, as metadata. */
const FUNCTIONS = new Set(['check', 'partial_check']);

const overrideAction: ConversionConfig['overrideAction'] = ({ valibotAction, jsonSchema }) => {
  if (FUNCTIONS.has(valibotAction.type)) return jsonSchema;
  const { requirement } = valibotAction as { readonly requirement?: unknown };
  if (!(requirement instanceof RegExp)) return undefined;
  if (/[^u]/.test(requirement.flags)) {
    throw new Error(`${requirement} has flags, which JSON Schema does not know: write it without them`);
  }
  const { format: _, ...rest } = jsonSchema;
  const pattern = requirement.source;
  if ([undefined, pattern].includes(rest.pattern)) return { ...rest, pattern };
  return { ...rest, allOf: [...(rest.allOf ?? []), { pattern }] };
};

/**
 * The whole schema. A file is one pipeline or a list of them; `$schema` may stand in both. Throws if a part of the
 * configuration's schema cannot be converted, or a setting has no description.
 */
export function configSchema(): JsonSchema {
  const convert = (schema: Parameters<typeof toJsonSchema>[0]) => {
    const { $schema: _, ...converted } = toJsonSchema(schema, { target: 'draft-07', overrideAction });
    return converted as Writable;
  };
  const one = convert(pipeline);
  const many = convert(deployment);
  for (const setting of settings()) {
    const root = /^(removed|stack\b)/.test(setting.path) ? many : one;
    for (const place of placesOf(root, setting)) Object.assign(place, annotations(setting));
  }
  many.properties!['pipelines'] = {
    type: 'array',
    minItems: 1,
    description: 'The pipelines of the stack, each with a unique name.',
    items: { $ref: '#/definitions/pipeline' },
  };
  const { properties: ofOne, ...restOfOne } = one;
  const references = Object.keys(ofOne!).map(
    name => [name, { $ref: `#/definitions/pipeline/properties/${name}` }] as const,
  );
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of auth0-logs-to-azure',
    description: 'One pipeline, or several: {"pipelines": […]}. See docs/configuration.md.',
    type: 'object',
    if: { required: ['pipelines'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { ...many, properties: { $schema: SCHEMA_NAME, ...many.properties } },
    else: { ...restOfOne, properties: { $schema: SCHEMA_NAME, ...Object.fromEntries(references) } },
    definitions: { pipeline: one },
  };
}

/** Where the setting is: in the variants of `azure` at several places, if they have it alike. */
function placesOf(root: Writable, { path, section }: Setting): readonly Writable[] {
  let places: readonly Writable[] = [root];
  for (const step of path.split('.')) {
    const [name, list] = step.split('[]') as [string, string?];
    places = places
      .flatMap(place => (place.oneOf as readonly Writable[] | undefined) ?? [place])
      .flatMap(place => {
        const kind = place.properties?.['kind'] as Writable | undefined;
        const isOther = kind?.const !== undefined && section !== 'azure' && kind.const !== section;
        const inner = place.properties?.[name] as Writable | undefined;
        return isOther || !inner ? [] : [list === undefined ? inner : (inner.items as Writable)];
      });
  }
  if (places.length === 0) throw new Error(`the JSON Schema has no place for "${path}" of ${section}`);
  return places;
}

function annotations(setting: Setting): Pick<JsonSchema, 'description' | 'examples'> {
  const found = descriptionOf(setting);
  if (!found) throw new Error(`"${setting.path}" has no description`);
  const allowed = setting.type === 'true or false' ? '' : ` Allowed: ${setting.allowed}.`;
  return { description: `${sentence(plain(found.means))}${allowed}`, examples: [found.example] as never };
}

/** Markdown as text: editors show it as it is. */
function plain(markdown: string): string {
  return markdown
    .replace(/\[([^\]]+)\]\((https?:[^)]+)\)/g, '$1 ($2)')
    .replace(/\[([^\]]+)\]\((#[^)]+)\)/g, '$1 (docs/configuration.md$2)')
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, '$1 (docs/$2)')
    .replace(/\*\*|\b_|_\b/g, '');
}

function sentence(text: string): string {
  const begun = text.replace(/^[a-z]/, letter => letter.toUpperCase());
  return /[.:]$/.test(begun) ? begun : `${begun}.`;
}

export const schemaText = () => `${JSON.stringify(configSchema(), null, 2)}\n`;

if (import.meta.main) await writeFile(FILE, schemaText());
