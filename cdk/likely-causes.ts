/** The likely causes that an alarm names: the words of the tables that `doctor` and docs/runbook.md use too. */
import type { PipelineConfig } from '../lambda/config/config.ts';
import { denialsIn } from '../lambda/core/cause.ts';
import { specOf } from '../lambda/destinations/all.ts';
import { AUTH0_LOGS_CAUSES, AUTH0_TOKEN_CAUSES } from '../lambda/edges/auth0-causes.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
export const DESCRIPTION_MAX_CHARACTERS = 1024;

/** Why Auth0 rejects requests. */
export const AUTH0_DENIALS: readonly string[] = denialsIn([...AUTH0_TOKEN_CAUSES, ...AUTH0_LOGS_CAUSES]);

/** Why the destination of this pipeline rejects requests. */
export function azureDenials({ azure }: Pick<PipelineConfig, 'azure'>): readonly string[] {
  const spec = specOf(azure);
  const causes = [...(spec.token?.causes ?? []), ...spec.causes];
  return denialsIn(spec.isFederated(azure) ? causes.filter(({ needsSecret }) => !needsSecret) : causes);
}

/** An alarm's description, with as many of the causes as fit CloudWatch's limit. */
export function describe(sentence: string, causes: readonly string[], whatToDo: string): string {
  const text = (named: readonly string[]) =>
    [sentence, ...(named.length > 0 ? [`Likely causes: ${named.join('; ')}.`] : []), whatToDo].join(' ');
  const plain = causes.map(cause => cause.replaceAll('`', ''));
  let count = plain.length;
  while (count > 0 && text(plain.slice(0, count)).length > DESCRIPTION_MAX_CHARACTERS) count--;
  return text(plain.slice(0, count));
}
