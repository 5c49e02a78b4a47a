/** Why the Logs Ingestion API rejects a post. The first row that matches is the cause. */
import type { Cause } from '../../core/cause.ts';
import { DAILY_CAP, PAGE } from '../causes.ts';

export const LOGS_INGESTION_CAUSES: readonly Cause[] = [
  PAGE,
  {
    name: 'role',
    answer: '`403`',
    means: 'the application lacks the role Monitoring Metrics Publisher, or got it less than 30 minutes ago',
    remedy:
      'give the application the role Monitoring Metrics Publisher on the data collection rule (a new one takes up to ' +
      '30 minutes to work):\n' +
      '  az role assignment create --role "Monitoring Metrics Publisher" \\\n    --assignee {clientId} \\\n    --scope "$(az monitor data-collection rule list -o tsv \\\n      --query "[?immutableId==\'{dcrImmutableId}\'].id")"',
    next: 'next run',
    is: ({ status }) => status === 403,
  },
  {
    name: 'audience',
    answer: '`401`',
    means: '`azure.cloud` and `azure.endpoint` are of different clouds',
    remedy: 'check azure.cloud "{cloud}" and azure.endpoint "{endpoint}": both must be of the same cloud',
    next: 'next run',
    is: ({ status }) => status === 401,
  },
  {
    name: 'stream',
    answer: '`400` or `404`, and the code names the stream',
    means: 'the data collection rule does not have this stream',
    remedy: 'check azure.stream "{stream}" against the streams of the rule: see “dcr columns” in "doctor"',
    next: 'next run',
    is: ({ code = '' }) => /stream/i.test(code),
  },
  {
    name: 'rule',
    answer: '`404`, or `400` and the code names the rule',
    means: 'the data collection rule does not exist at this endpoint',
    remedy:
      'compare azure.endpoint "{endpoint}", azure.dcrImmutableId "{dcrImmutableId}" and azure.stream "{stream}" with the rules of the subscription:\n' +
      '  az monitor data-collection rule list -o json \\\n    --query "[].{id:immutableId,at:endpoints.logsIngestion}"',
    next: 'next run',
    is: ({ status, code = '' }) =>
      status !== 400 || /dcr|datacollectionrule|immutableid|api-?version/i.test(code),
  },
  {
    name: 'columns',
    answer: '`400` for every record',
    means: 'the columns of the data collection rule do not match the records',
    remedy: 'compare the columns: see “dcr columns” in "doctor"',
    next: 'next run',
    is: ({ status }) => status === 400,
  },
  DAILY_CAP,
];
