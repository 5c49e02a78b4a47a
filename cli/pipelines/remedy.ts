/** Builds every command that a text asks the operator to run. No other file writes one. */
import { quoted } from '../terminal/text.ts';
import { environmentHasSecrets } from './local/secrets.ts';
import type { TargetOptions } from './operated.ts';

/** The options by which pipelines are found: those that were given. */
export type About = { readonly [name in keyof TargetOptions]?: TargetOptions[name] | undefined };

/** The words before every command of ours. */
export const START = 'npx auth0-logs-to-azure';

/** What writes a configuration. */
export const INIT = `${START} init`;

const STATE_BY_DEFAULT = 'state';
const ALL = ['config', 'state', 'secrets', 'stack', 'region', 'profile', 'pipeline'] as const;
/** The options of commands that do not take all of them. */
const TAKEN: Readonly<Record<string, readonly (typeof ALL)[number][]>> = {
  run: ['config', 'state', 'secrets', 'pipeline'],
};

/**
 * `npx auth0-logs-to-azure replay --list --stack Logs --region eu-west-1`: the words as they are, then the options by which the
 * pipelines were found, but those that the command does not take.
 * @param words the command's name first, with its own options
 */
export function command(words: readonly [name: string, ...rest: string[]], about: About): string {
  const [name] = words;
  const all = name === 'run' ? withSecrets(about) : about;
  return [START, ...words, ...optionWords(all, TAKEN[name])].join(' ');
}

/** `run` needs secrets: if the environment does not have them, those of a file, which docs/setup.md calls secrets.json. */
const withSecrets = (about: About): About =>
  about.config !== undefined && about.secrets === undefined && !environmentHasSecrets(process.env)
    ? { ...about, secrets: 'secrets.json' }
    : about;

/** The options as they are typed, each with its value. */
export function optionWords(about: About, taken: readonly (typeof ALL)[number][] = ALL): string[] {
  return taken.flatMap(name => {
    const value = about[name];
    const isDefault = name === 'state' && value === STATE_BY_DEFAULT;
    return value === undefined || isDefault ? [] : [`--${name} ${quoted(value)}`];
  });
}

/** The same options, for one pipeline of several. */
export const aboutPipeline = (about: About, name: string, isOneOfSeveral: boolean): About =>
  isOneOfSeveral ? { ...about, pipeline: name } : about;

/** A command that comes next, and what it is for. */
export interface Following {
  readonly command: string;
  /** The same without the words that start us. */
  readonly words: readonly string[];
  readonly why: string;
}

/** The commands from a written configuration to the first log. `group`: Azure's resource group, if it is known. */
export function following(made: {
  readonly config: string;
  readonly secrets: string;
  readonly isFederated: boolean;
  readonly group: string | undefined;
}): readonly Following[] {
  const { config, secrets, isFederated, group = 'GROUP' } = made;
  const deploy = ['deploy', '--bootstrap', '--config', config, '--secrets', secrets];
  const all: readonly (readonly [words: readonly string[], why: string])[] = [
    [deploy, 'deploys the stack into AWS, and stores the secrets'],
    isFederated
      ? [['azure', 'trust', '--group', group], 'lets Entra trust the roles of the stack']
      : [['doctor'], 'checks the deployed pipeline; its first run starts within a minute'],
    [['status'], 'shows the first run; Azure can take 30 minutes to apply a new role'],
  ];
  return all.map(([words, why]) => ({ command: [START, ...words.map(quoted)].join(' '), words, why }));
}

/** What can be had without credentials. After the line break, the line is a command. */
export const templateAlone = (config: string): string =>
  `the template alone needs none:\n  ${command(['deploy', '--dry-run'], { config })}`;

/** The commands after a deploy. Until Entra trusts the roles of a new federated stack, its pipelines wait. */
export const afterDeploy = (about: About, isFederated: boolean): readonly string[] => [
  ...(isFederated ? [command(['azure', 'trust', '--group GROUP'], about)] : []),
  command(['status'], about),
];

/**
 * What makes a pipeline of this machine run for the first time. Only its function may run a federated one.
 * After the line break, the line is a command.
 */
export function firstRun(about: About, isFederated: boolean): string {
  if (!isFederated)
    return `run it on this machine, unless a stack runs it (both would ship every log twice):\n  ${command(['run', '--once'], about)}`;
  const deploy = command(['deploy'], { config: about.config });
  return `azure.auth is "federated", so only its function can run it; deploy it:\n  ${deploy}`;
}

/**
 * The command that deploys a stack again, with the switches of its last deploy. It works with the installed package as in
 * a checkout. A stack of another app, or of `pipelines` in a cdk.json, is deployed by the CDK in that app's folder.
 * @param deployWith see PipelineOutput
 */
export function deployment(name: string, deployWith: readonly string[] | undefined, about: About): string {
  const { region, profile } = about;
  const switches = (deployWith ?? []).map(one => [one.split('=', 1)[0] ?? '', one] as const);
  const given = (wanted: string) => switches.find(([one]) => one === wanted)?.[1].slice(wanted.length + 1);
  const others = switches.filter(([one]) => one !== 'config' && one !== 'stackName');
  const context = (all: typeof switches) => all.map(([, one]) => `-c ${quoted(one)}`);
  const config = given('config');
  if (config !== undefined) {
    const where = { config, stack: given('stackName'), region, profile };
    return command(['deploy', ...context(others)], where);
  }
  const words = deployWith === undefined ? [name] : context(switches);
  return ['npx cdk deploy', ...words, ...optionWords({ region, profile })].join(' ');
}

/**
 * The remedy that deploys what was deleted or changed by hand. An unchanged template alone changes nothing: CDK compares
 * it with the deployed template, and not with the resources.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
 */
export const revertDrift = (deploy: string): string => `restore it:\n  ${deploy} --revert-drift`;

/** A command of the AWS CLI, where the stack is. */
export const awsCommand = (words: string, { region, profile }: About): string =>
  [`aws ${words}`, ...optionWords({ region, profile })].join(' ');

/**
 * What every schedule of the stack has: UpdateSchedule resets the others to their defaults.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
 */
const SCHEDULE_FIELDS = [
  'Name',
  'GroupName',
  'Description',
  'ScheduleExpression',
  'ScheduleExpressionTimezone',
  'FlexibleTimeWindow',
  'Target',
];

/**
 * The remedy that enables a schedule of the group `default`. `--revert-drift` cannot: the template does not set the state,
 * and only properties that it sets can drift.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
 */
export function enableSchedule(name: string, where: Pick<About, 'region' | 'profile'>): string {
  const query = `{${SCHEDULE_FIELDS.map(field => `${field}:${field}`).join(',')}}`;
  const get = awsCommand(
    `scheduler get-schedule --name ${quoted(name)} --output json \\\n    --query '${query}'`,
    where,
  );
  const update = awsCommand('scheduler update-schedule --state ENABLED', where);
  return `enable it:\n  ${update} \\\n    --cli-input-json "$(${get})"`;
}
