/** The data collection rule's stream against the columns that are sent: Azure drops what it does not declare, silently. */
import { COLUMNS, type Column } from '../../lambda/core/record/columns.ts';
import { isObject } from '../../lambda/core/record/log.ts';
import { about, type Finding } from '../checks/finding.ts';
import { type About, command } from '../pipelines/remedy.ts';
import { counted } from '../terminal/words.ts';

type Settings = Readonly<Record<string, unknown>>;

const RULE_TYPE = /^microsoft\.insights\/datacollectionrules$/i;
/** Types that hold every value of ours, too. */
const WIDER: Readonly<Record<string, readonly string[]>> = { int: ['long', 'real'] };
const SHOWN = 8;
const say = about('dcr columns');

/** The commands that make the file, and use it. */
const commands = (about: About): string =>
  `\n  az monitor data-collection rule list -o json > dcr.json\n  ${command(['doctor', '--dcr dcr.json'], about)}`;

/**
 * @param file what such a file holds, parsed; undefined when none was given
 * @param about the options by which this pipeline was found
 */
export function columnsFinding(
  { immutableId, stream }: { readonly immutableId: string; readonly stream: string },
  file: unknown,
  about: About,
): Finding {
  if (file === undefined) {
    return say.unchecked(
      'the permissions of a pipeline do not allow it to read the rule’s columns',
      `run the Azure CLI in the subscription of the rule (--subscription selects another):${commands(about)}`,
    );
  }
  const rules = rulesIn(file);
  const rule = rules.find(one => one['immutableId'] === immutableId) ?? unnamed(rules);
  if (!rule) {
    const ids = rules.map(one => one['immutableId']).join(', ');
    return say.error(
      `the --dcr file does not contain rule ${immutableId}; it contains ${ids || 'no rules'}`,
      `check azure.dcrImmutableId and the subscription, and create the file again:${commands(about)}`,
    );
  }
  const remedy =
    'deploy azure/template.json again; this adds what is missing and keeps the logs: docs/azure.md';
  const declarations = isObject(rule['streamDeclarations']) ? rule['streamDeclarations'] : {};
  const declared = columnsOf(declarations[stream]);
  if (!declared) {
    const names = Object.keys(declarations).join(', ') || 'none';
    return say.error(
      `the rule does not declare the stream ${stream}; it declares ${names}`,
      `set azure.stream to one of them, or ${remedy}`,
    );
  }
  if (!feeds(rule, stream)) {
    return say.error(
      `no data flow of the rule uses the stream ${stream}, so its records are not stored`,
      remedy,
    );
  }
  const missing = COLUMNS.filter(({ name }) => !declared.has(name));
  const wrong = COLUMNS.filter(column => !fits(column, declared.get(column.name)));
  if (missing.length + wrong.length === 0) {
    return say.ok(`${stream} declares all ${COLUMNS.length} columns with the correct types`);
  }
  const problems = [
    missing.length > 0 &&
      `${counted(missing.length, 'column')} not declared, so Azure drops their values: ${listed(missing.map(({ name }) => name))}`,
    wrong.length > 0 &&
      `${counted(wrong.length, 'column')} of a different type, so values are lost: ${listed(wrong.map(({ name, type }) => `${name} is ${declared.get(name)}, sent as ${type}`))}`,
  ].filter(Boolean);
  return say.error(problems.join('; '), remedy);
}

/** The rules in what `az … rule show` or `list` prints, in an answer of ARM, or in a template; their properties. */
function rulesIn(file: unknown): Settings[] {
  if (Array.isArray(file)) return file.flatMap(rulesIn);
  if (!isObject(file)) return [];
  const { resources, value, properties, type } = file;
  if (resources !== undefined) return rulesIn(isObject(resources) ? Object.values(resources) : resources);
  if (Array.isArray(value)) return rulesIn(value);
  if (typeof type === 'string' && !RULE_TYPE.test(type)) return [];
  // The Azure CLI lifts what is in `properties` to the top.
  const rule = isObject(properties) ? properties : file;
  return 'streamDeclarations' in rule || 'immutableId' in rule || typeof type === 'string' ? [rule] : [];
}

/** A template's rule has no id yet: where it is the only one, it is meant. */
function unnamed(rules: readonly Settings[]): Settings | undefined {
  const [rule, ...others] = rules;
  return rule && others.length === 0 && rule['immutableId'] === undefined ? rule : undefined;
}

/** Name to type; undefined when it is not a declaration. */
function columnsOf(stream: unknown): ReadonlyMap<string, string> | undefined {
  if (!isObject(stream) || !Array.isArray(stream['columns'])) return undefined;
  return new Map(
    stream['columns'].filter(isObject).map(({ name, type }) => [String(name), String(type).toLowerCase()]),
  );
}

function fits({ type }: Column, declared: string | undefined): boolean {
  return declared === undefined || declared === type || (WIDER[type]?.includes(declared) ?? false);
}

function feeds({ dataFlows }: Settings, stream: string): boolean {
  if (!Array.isArray(dataFlows)) return true;
  return dataFlows.some(
    flow => isObject(flow) && Array.isArray(flow['streams']) && flow['streams'].includes(stream),
  );
}

function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
