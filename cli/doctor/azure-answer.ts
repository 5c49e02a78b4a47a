/** What Azure's answer to an empty post means. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import type { PostAnswer } from '../../lambda/core/model.ts';
import { judge } from '../../lambda/core/verdict.ts';
import { about, type Finding, partsOf } from './finding.ts';

type AzureConfig = PipelineConfig['azure'];
type Answered = Extract<PostAnswer, { kind: 'answered' }>;

/** Refusals of the empty array itself: whoever reads the body that far has let the caller in. */
const EMPTY_REFUSED = /^(InvalidDataFormat|InvalidPayload|EmptyPayload|EmptyBody)$/;

export function postFinding(answer: PostAnswer, config: AzureConfig): Finding {
  const say = about('azure');
  const verdict = judge(config.kind, answer, { bytes: 2, records: 0 });
  if (answer.kind !== 'answered') {
    const fault = verdict.kind === 'fault' ? verdict.fault : undefined;
    const parts = fault && partsOf(fault, 'Azure', hostSettings(config));
    return say.error(parts?.text ?? 'Azure did not answer', parts?.remedy ?? hostSettings(config));
  }
  const { status, code = '', message } = answer;
  const shown = `${[status, code].filter(Boolean).join(' ')}${message ? `: ${message}` : ''}`;
  if (verdict.kind === 'accepted') {
    return say.ok(`reachable and authorised (${status} to a post without a record)`);
  }
  if (EMPTY_REFUSED.test(code)) {
    return say.ok(
      `reachable and authorised (it refused the post for its emptiness alone: ${status} ${code})`,
    );
  }
  if (verdict.kind !== 'fault') {
    return say.warning(
      `reachable and authorised, it seems; but it answered ${shown}`,
      'this may be for the emptiness of the post alone: see “last run”, whether real ones are accepted',
    );
  }
  if (verdict.fault.verdict === 'intercepted') {
    const parts = partsOf(verdict.fault, 'Azure', hostSettings(config));
    return say.error(parts.text, parts.remedy);
  }
  if (verdict.fault.verdict !== 'denied') {
    const remedy =
      'wait, and see Azure’s status page; batches wait in the retry queue meanwhile, and nothing is lost';
    return say[status === 429 ? 'warning' : 'error'](`Azure answered ${shown}`, remedy);
  }
  return say.error(`Azure refuses: ${shown}`, remedyFor(answer, config));
}

function hostSettings(config: AzureConfig): string {
  return config.kind === 'data-collector'
    ? `azure.workspaceId "${config.workspaceId}" and azure.cloud "${config.cloud}"`
    : `azure.endpoint "${config.endpoint}"`;
}

/** See docs/runbook.md, denied-by-azure. */
function remedyFor({ status, code = '' }: Answered, config: AzureConfig): string {
  if (status >= 300 && status < 400)
    return `check ${hostSettings(config)}, and whether a proxy answers in its place`;
  if (config.kind === 'data-collector') {
    if (code === 'InvalidLogType') return `check azure.logType "${config.logType}"`;
    if (/ApiVersion/.test(code))
      return `set azure.apiVersion "${config.apiVersion}" to "2016-04-01", the one there is`;
    if (/Customer/.test(code)) {
      return (
        `check azure.workspaceId "${config.workspaceId}", and that the workspace was not deleted:\n` +
        '  az monitor log-analytics workspace list --query "[].[name,customerId]" -o table'
      );
    }
    if (status === 404) return `check ${hostSettings(config)}, and see “data collector”`;
    return (
      'was the key regenerated, or is it another workspace’s? Fill in the right one; see “clock” too:\n' +
      '  az monitor log-analytics workspace get-shared-keys -g GROUP -n WORKSPACE'
    );
  }
  if (status === 403) {
    return (
      'give the application the role Monitoring Metrics Publisher on the data collection rule (a new one takes up to ' +
      '30 minutes to work):\n' +
      `  az role assignment create --role "Monitoring Metrics Publisher" \\\n    --assignee ${config.clientId} --scope RULE_ID`
    );
  }
  if (status === 401)
    return `the token is for another cloud or audience: check azure.cloud "${config.cloud}" and ${hostSettings(config)}`;
  if (/stream/i.test(code))
    return `check azure.stream "${config.stream}" against the rule’s streams, see “dcr columns”`;
  return (
    `check ${hostSettings(config)}, azure.dcrImmutableId "${config.dcrImmutableId}" and azure.stream "${config.stream}" against:\n` +
    '  az monitor data-collection rule list -o json \\\n    --query "[].{id:immutableId,at:endpoints.logsIngestion}"'
  );
}
