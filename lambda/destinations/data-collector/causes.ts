/** Why the Data Collector API refuses a post: https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#return-codes */
import { type Cause, isClockOff, SET_THE_CLOCK } from '../../core/cause.ts';
import { DAILY_CAP, PAGE } from '../causes.ts';

/** A signed date may be 15 min off; the `Date` header has whole seconds. */
const CLOCK_TOLERANCE_MS = 15 * 60_000 - 5_000;

export const DATA_COLLECTOR_CAUSES: readonly Cause[] = [
  PAGE,
  {
    name: 'clock',
    answer: '`403`, and a clock that is more than 15 min off',
    means: 'the signed date is too far from Azure’s',
    remedy: SET_THE_CLOCK,
    next: 'next run',
    is: refused => refused.status === 403 && isClockOff(refused, CLOCK_TOLERANCE_MS),
  },
  {
    name: 'log-type',
    answer: '`400 InvalidLogType`',
    means: '`azure.logType` is no name of a table',
    remedy: 'check azure.logType "{logType}"',
    next: 'next run',
    is: ({ code }) => code === 'InvalidLogType',
  },
  {
    name: 'api-version',
    answer: '`400 InvalidApiVersion`',
    means: 'Azure does not have this version of the API',
    remedy: 'set azure.apiVersion "{apiVersion}" to "2016-04-01", the one there is',
    next: 'next run',
    is: ({ code = '' }) => /ApiVersion/.test(code),
  },
  {
    name: 'workspace',
    answer: '`400 InvalidCustomerId`, `InactiveCustomer`',
    means: '`azure.workspaceId` is wrong, or the workspace was deleted',
    remedy:
      'check azure.workspaceId "{workspaceId}", and that the workspace was not deleted:\n' +
      '  az monitor log-analytics workspace list --query "[].[name,customerId]" -o table',
    next: 'next run',
    is: ({ code = '' }) => /Customer/.test(code),
  },
  {
    name: 'address',
    answer: '`404`, or a redirect',
    means: 'there is no workspace at that address, or the API was switched off',
    remedy: 'check azure.workspaceId "{workspaceId}" and azure.cloud "{cloud}", and see “data collector”',
    next: 'next run',
    is: ({ status }) => status === 404 || (status >= 300 && status < 400),
  },
  {
    name: 'key',
    answer: '`403 InvalidAuthorization`',
    means: 'the workspace key was regenerated, or belongs to another workspace',
    remedy:
      'fill in the key of the workspace {workspaceId}:\n' +
      '  az monitor log-analytics workspace get-shared-keys -g GROUP -n WORKSPACE',
    next: 'next run',
    is: ({ status }) => status === 401 || status === 403,
  },
  DAILY_CAP,
];
