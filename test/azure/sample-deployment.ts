/** The template with the sample's content, and deployments of it. */
import { template } from '../../azure/template.ts';
import { type Deployment, deploy } from './arm-deploy.ts';
import { resourceId } from './arm-expression.ts';
import { SAMPLE } from './sample-content.ts';

export const made = template(SAMPLE);
export const WORKSPACE = resourceId('Microsoft.OperationalInsights/workspaces', 'logs');
export const RULE = resourceId('Microsoft.Insights/dataCollectionRules', 'auth0-logs');

/** What Azure would say of the resources once they are there. */
export const STATE = {
  'Microsoft.Insights/dataCollectionRules': {
    immutableId: `dcr-${'0a'.repeat(16)}`,
    endpoints: { logsIngestion: 'https://auth0-logs-x1y2-westeurope.logs.z1.ingest.monitor.azure.com' },
  },
  'Microsoft.ManagedIdentity/userAssignedIdentities': {
    principalId: '11111111-89ab-cdef-0123-456789abcdef',
    clientId: '22222222-89ab-cdef-0123-456789abcdef',
  },
  'Microsoft.OperationalInsights/workspaces': { customerId: '33333333-89ab-cdef-0123-456789abcdef' },
};

export const deployed = (parameters: Record<string, unknown> = {}, environment = 'AzureCloud') =>
  deploy(made, { parameters: { workspaceName: 'logs', ...parameters }, state: STATE, environment });

/** What a deployment makes, each by its type without its provider. */
export const kinds = (deployment: Deployment) =>
  deployment.resources.map(({ type }) => type.replace(/^.*?\//, ''));
