/** Why a workspace does not answer a query, and why it did not store what was accepted. The first row that fits is the cause. */
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
    means: 'a proxy or a firewall answers, and not Azure',
    remedy: 'let the requests to {host} pass unchanged: see the proxy, the firewall or the private link',
    next: 'asked',
    is: ({ isPage }) => isPage === true,
  },
  {
    // https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#log-analytics-workspaces
    name: 'query-limit',
    answer: '`429`',
    means: 'this caller asks more than 200 times in 30 s, or more than 5 times at once',
    remedy: 'end what else queries the workspace as this caller, or wait',
    next: 'asked',
    is: ({ status }) => status === 429,
  },
  {
    // https://learn.microsoft.com/azure/azure-monitor/logs/private-link-security
    name: 'network',
    answer: '`403` with `NspValidationFailedError`, or a message about the network',
    means: 'the workspace answers no queries from public networks',
    remedy: 'run the command where the workspace’s private link leads, or allow public networks to query it',
    next: 'asked',
    is: says(/NspValidation|private ?link|public ?network/i),
  },
  {
    name: 'query-audience',
    answer: '`403 InvalidAuthenticationTokenAudience`, or `401`',
    means: 'the token is for another cloud or has expired',
    remedy: 'check azure.cloud "{cloud}", and log in again: az login',
    next: 'asked',
    is: ({ status, code = '' }) => status === 401 || /InvalidAuthenticationToken/i.test(code),
  },
  {
    name: 'query-role',
    answer: '`403 InsufficientAccessError`',
    means: 'the caller may not read the workspace, or its role has not spread yet',
    remedy:
      'deploy azure/template.json with readRows=true for the pipeline’s identity, or give the caller the role Log Analytics Data Reader:\n' +
      '  az role assignment create --role "Log Analytics Data Reader" \\\n    --assignee CALLER \\\n    --scope "$(az monitor log-analytics workspace list -o tsv \\\n      --query "[?customerId==\'{workspaceId}\'].id")"',
    next: 'asked',
    is: ({ status }) => status === 403,
  },
  {
    name: 'workspace',
    answer: '`404`, `WorkspaceNotFoundError`',
    means: 'there is no such workspace in this cloud',
    remedy:
      'check azure.workspaceId "{workspaceId}" and azure.cloud "{cloud}":\n  az monitor log-analytics workspace list -o table --query "[].{name:name,id:customerId}"',
    next: 'asked',
    is: refused => refused.status === 404 || says(/workspace.*not.*found/i)(refused),
  },
];
