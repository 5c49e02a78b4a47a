/** Why the Data Collector API rejects a post: https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#return-codes */
import { type Cause, isClockOff, SET_THE_CLOCK } from '../../core/cause.ts';
import { DAILY_CAP, PAGE } from '../causes.ts';

/** A signed date may be off by 15 min; the `Date` header has whole seconds. */
const CLOCK_TOLERANCE_MS = 15 * 60_000 - 5_000;

export const DATA_COLLECTOR_CAUSES: readonly Cause[] = [
  PAGE,
  {
    name: 'clock',
    answer: '`403`, and the clock is off by more than 15 min',
    means: 'the clock of the machine that posts is wrong',
    remedy: SET_THE_CLOCK,
    next: 'next run',
    is: refused => refused.status === 403 && isClockOff(refused, CLOCK_TOLERANCE_MS),
  },
  {
    name: 'log-type',
    answer: '`400 InvalidLogType`',
    means: '`azure.logType` is not a valid table name',
    remedy: 'correct azure.logType "{logType}"',
    next: 'next run',
    is: ({ code }) => code === 'InvalidLogType',
  },
  {
    name: 'api-version',
    answer: '`400 InvalidApiVersion`',
    means: '`azure.apiVersion` does not exist',
    remedy: 'change azure.apiVersion "{apiVersion}" to "2016-04-01", the only version',
    next: 'next run',
    is: ({ code = '' }) => /ApiVersion/.test(code),
  },
  {
    name: 'workspace',
    answer: '`400 InvalidCustomerId`, `InactiveCustomer`',
    means: '`azure.workspaceId` is wrong, or the workspace was deleted',
    remedy:
      'check azure.workspaceId "{workspaceId}", and that the workspace still exists:\n' +
      '  az monitor log-analytics workspace list --query "[].[name,customerId]" -o table',
    next: 'next run',
    is: ({ code = '' }) => /Customer/.test(code),
  },
  {
    name: 'address',
    answer: '`404`, or a redirect',
    means: 'there is no workspace at this address, or the API was switched off',
    remedy:
      'check azure.workspaceId "{workspaceId}" and azure.cloud "{cloud}", and see “data collector” in "doctor"',
    next: 'next run',
    is: ({ status }) => status === 404 || (status >= 300 && status < 400),
  },
  {
    name: 'key',
    answer: '`403 InvalidAuthorization`',
    means: 'the workspace key in the secret was regenerated, or belongs to another workspace',
    remedy:
      'write the primary key of the workspace {workspaceId} into the secret "{secret}":\n' +
      '  az rest --method post --uri-parameters api-version=2020-08-01 \\\n    --url "$(az monitor log-analytics workspace list -o tsv \\\n      --query "[?customerId==\'{workspaceId}\'].id" \\\n    )/sharedKeys"',
    next: 'next run',
    is: ({ status }) => status === 401 || status === 403,
  },
  DAILY_CAP,
];
