/** The command by which this very stack is deployed again: with another configuration it would become another stack. */
import type { PipelineOutput } from '../../../lambda/core/contract.ts';

export interface DeployedStack {
  readonly name: string;
  readonly region: string;
  readonly profile: string | undefined;
}

/** To be typed in this project's folder; of a stack of another app, in that app's. */
export function deployCommand(
  { name, region, profile }: DeployedStack,
  { deployWith }: Pick<PipelineOutput, 'deployWith'>,
): string {
  const switches = deployWith?.map(one => `-c ${quoted(one)}`) ?? [name];
  return [
    'npx cdk deploy',
    ...switches,
    `--region ${region}`,
    ...(profile ? [`--profile ${quoted(profile)}`] : []),
  ].join(' ');
}

/** As a shell takes it. */
const quoted = (text: string) =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
