/** Why a query of the workspace fails. The first row that matches is the cause. */
import type { Cause, Refused } from '../core/cause.ts';

const says =
  (words: RegExp) =>
  ({ code = '', message = '' }: Refused) =>
    words.test(`${code} ${message}`);

/** https://learn.microsoft.com/azure/azure-monitor/logs/api/errors */
export const WORKSPACE_CAUSES: readonly Cause[] = [
  {
    name: 'proxy',
    answer: 'an HTML page instead of JSON',
    means: 'a proxy or a firewall answers instead of Azure',
    remedy: 'let requests to {host} pass unchanged: check the proxy, the firewall or the private link',
    next: 'asked',
    is: ({ isPage }) => isPage === true,
  },
  {
    // https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#log-analytics-workspaces
    name: 'query-limit',
    answer: '`429`',
    means: 'this caller sends more than 200 queries in 30 s, or more than 5 at the same time',
    remedy: 'stop the other queries of this caller, or wait',
    next: 'asked',
    is: ({ status }) => status === 429,
  },
  {
    // https://learn.microsoft.com/azure/azure-monitor/logs/private-link-security
    name: 'network',
    answer: '`403` with `NspValidationFailedError`, or a message about the network',
    means: 'the workspace rejects queries from public networks',
    remedy:
      'run the command in a network with the private link of the workspace, or allow queries from public networks',
    next: 'asked',
    is: says(/NspValidation|private ?link|public ?network/i),
  },
  {
    // https://github.com/Azure/azure-sdk-for-js/pull/15399, https://github.com/microsoft/azuredatastudio/issues/22437
    name: 'query-audience',
    answer: '`403` with `InvalidTokenError` or `InvalidAuthenticationToken…`, or `401`',
    means: 'the token is for another cloud or another tenant, or has expired',
    remedy:
      'check azure.cloud "{cloud}", and log in to the tenant of the workspace: az login --tenant TENANT',
    next: 'asked',
    is: ({ status, code = '' }) => status === 401 || /(Invalid|Expired)(Authentication)?Token/i.test(code),
  },
  {
    name: 'query-role',
    answer: '`403 InsufficientAccessError`',
    means: 'the caller may not read the workspace, or its role is not effective yet',
    remedy:
      'deploy azure/template.json with readRows=true for the identity of the pipeline, or assign the role Log Analytics Data Reader to the caller:\n' +
      '  az role assignment create --role "Log Analytics Data Reader" \\\n    --assignee CALLER \\\n    --scope "$(az monitor log-analytics workspace list -o tsv \\\n      --query "[?customerId==\'{workspaceId}\'].id")"',
    next: 'asked',
    is: ({ status }) => status === 403,
  },
  {
    name: 'workspace',
    answer: '`404`, `WorkspaceNotFoundError`',
    means: 'the workspace does not exist in this cloud',
    remedy:
      'check azure.workspaceId "{workspaceId}" and azure.cloud "{cloud}":\n  az monitor log-analytics workspace list -o table --query "[].{name:name,id:customerId}"',
    next: 'asked',
    is: refused => refused.status === 404 || says(/workspace.*not.*found/i)(refused),
  },
];
