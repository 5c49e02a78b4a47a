/**
 * Azure's HTTP Data Collector API, as all other code sees it.
 * https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api
 */
import * as v from 'valibot';
import { settings } from '../../core/settings/problems.ts';
import { GUID_FORM, guid, oneOf, secretName, text, whole } from '../../core/settings/values.ts';
import { cloud } from '../clouds.ts';
import type { DestinationSpec } from '../spec.ts';
import { DATA_COLLECTOR_CAUSES } from './causes.ts';
import { notice } from './notice.ts';
import { isSharedKey } from './sign.ts';

/** Of an identity, either nothing is set or who it is. */
const IDENTITY_ID = `${GUID_FORM}, if azure has an identity that queries the workspace`;

const schema = v.pipe(
  settings({
    kind: v.literal('data-collector'),
    workspaceId: guid,
    logType: v.optional(
      text(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'at most 100 letters, digits and _, beginning with a letter'),
      'Auth0',
    ),
    apiVersion: v.optional(text(/^\d{4}-\d{2}-\d{2}$/, 'an API version, such as "2016-04-01"'), '2016-04-01'),
    cloud,
    resourceId: v.optional(
      text(
        /^\/[Ss][Uu][Bb][Ss][Cc][Rr][Ii][Pp][Tt][Ii][Oo][Nn][Ss]\/[\x20-\x7e]*[\x21-\x7e]$/,
        'an Azure resource id, "/subscriptions/…", in ASCII characters, as it is sent in a header',
      ),
    ),
    maxBatchBytes: v.optional(whole(200_000, 30_000_000, 'bytes, 200000 to 30000000'), 1_000_000),
    secret: secretName,
    tenantId: v.optional(guid),
    clientId: v.optional(guid),
    auth: v.optional(oneOf(['client-secret', 'federated'])),
  }),
  v.forward(
    v.partialCheck(
      [['tenantId'], ['clientId'], ['auth']],
      ({ tenantId, clientId, auth }) => tenantId !== undefined || (clientId ?? auth) === undefined,
      IDENTITY_ID,
    ),
    ['tenantId'],
  ),
  v.forward(
    v.partialCheck(
      [['tenantId'], ['clientId']],
      ({ tenantId, clientId }) => clientId !== undefined || tenantId === undefined,
      IDENTITY_ID,
    ),
    ['clientId'],
  ),
  v.metadata({
    dependencies: { tenantId: ['clientId'], clientId: ['tenantId'], auth: ['tenantId', 'clientId'] },
  }),
);

export type DataCollectorConfig = v.InferOutput<typeof schema>;

/** It answers 404 both to a wrong address and to a body that is too large: below this it is the address. */
const SMALL_BODY_BYTES = 65_536;
/** Above this, a connection closed while sending may be its way to say "too large". */
const LARGE_BODY_BYTES = 1_000_000;
const CLOSED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#return-codes */
const CONFIGURATION_CODES = new Set([
  'InactiveCustomer',
  'InvalidApiVersion',
  'InvalidCustomerId',
  'InvalidLogType',
  'MissingApiVersion',
  'MissingContentType',
  'MissingLogType',
  'UnsupportedContentType',
]);

/** This project's template and Sentinel's Auth0 connector create these tables for a rule: docs/azure.md. */
const TABLE_OF_A_RULE = /^Auth0Logs(Bulk)?$/i;
const SHARED_KEY_BYTES = 64;

export const dataCollector: DestinationSpec<DataCollectorConfig> & { readonly settings: typeof schema } = {
  kind: 'data-collector',
  api: 'Data Collector API',
  settings: schema,
  descriptions: {
    workspaceId: {
      means: 'the workspace’s id, in the portal _Workspace ID_',
      example: '01234567-89ab-cdef-0123-456789abcdef',
    },
    logType: {
      means:
        'the table’s name; Azure appends `_CL`. Auth0’s former extension called it the namespace. If it is not the default, replace `Auth0_CL` in the text of the [function](queries.md#functions) `Auth0Logs()`',
      example: 'Auth0Prod',
    },
    apiVersion: { means: 'the version of the API', example: '2016-04-01' },
    resourceId: {
      means: 'the Azure resource of the rows, in the column `_ResourceId`',
      example: '/subscriptions/01234567-89ab-cdef-0123-456789abcdef/resourceGroups/auth0-logs',
    },
    secret: {
      means:
        'the secret with the workspace’s key: `{"sharedKey"}`. With an identity that has a client secret: `{"sharedKey","clientSecret"}`',
      example: 'auth0-logs/prod/azure',
    },
    tenantId: {
      means:
        'the Entra tenant of an application or managed identity that [may query the workspace](azure.md#an-identity-for-the-data-collector-api), for `verify`; the workspace’s key can only post',
      example: '01234567-89ab-cdef-0123-456789abcdef',
    },
    clientId: {
      means: 'the application (client) id of that identity',
      example: '01234567-89ab-cdef-0123-456789abcdef',
    },
    auth: {
      means:
        'how that identity authenticates: with a client secret, which is the default, or with the function’s AWS role and without a secret. `run` on one machine has no such role and refuses `verify` with `"federated"`',
      example: 'federated',
    },
  },
  // It would make columns of an object's keys, and a table has 500 at most; TimeGenerated it reserves for itself.
  // 32 KB by its page, 32,766 bytes by its own message.
  form: { layout: 'text', fieldMaxBytes: 32_766 },
  meaning: {
    // It documents 200; 202 and 204 are tolerated.
    accepted: new Set([200, 202, 204]),
    isConfiguration: code => CONFIGURATION_CODES.has(code),
    isTooLarge: (answer, { bytes, records }) =>
      answer.kind === 'answered'
        ? answer.status === 404 && bytes > SMALL_BODY_BYTES
        : CLOSED.has(answer.code) && bytes > LARGE_BODY_BYTES && records > 1,
  },
  emptyRefused: new Set(['InvalidDataFormat']),
  secretField: { name: 'sharedKey', variable: 'AZURE_SHARED_KEY', problemOf: sharedKeyProblem },
  isFederated: () => false,
  identity: ({ tenantId, clientId, cloud, auth = 'client-secret', secret }) =>
    tenantId === undefined || clientId === undefined
      ? undefined
      : { tenantId, clientId, cloud, auth, secret },
  place: ({ workspaceId, logType, cloud }) => ({
    identity: `workspace ${workspaceId}, ${logType}_CL`,
    address: `workspace ${workspaceId}`,
    target: `table ${logType}_CL`,
    name: `${logType}_CL`,
    settings: addressSettings({ workspaceId, cloud }),
  }),
  stored: ({ workspaceId, logType, cloud }) => ({
    workspaceId,
    cloud,
    table: `${logType}_CL`,
    logIdColumn: 'LogId_s',
  }),
  makesTable: true,
  doubts: ({ logType }) =>
    TABLE_OF_A_RULE.test(logType)
      ? [
          {
            text: `azure.logType is "${logType}", but the table ${logType}_CL usually belongs to a data collection rule: the Data Collector API cannot write to such a table, and Azure drops the accepted logs`,
            remedy: 'set azure.logType to another name, such as "Auth0", or move to the Logs Ingestion API',
          },
        ]
      : [],
  causes: DATA_COLLECTOR_CAUSES,
  values: ({ workspaceId, logType, apiVersion, cloud, secret }) => ({
    workspaceId,
    logType,
    apiVersion,
    cloud,
    secret,
    address: `workspace ${workspaceId}`,
  }),
  notice,
};

const addressSettings = ({ workspaceId, cloud }: Pick<DataCollectorConfig, 'workspaceId' | 'cloud'>) =>
  `azure.workspaceId "${workspaceId}" and azure.cloud "${cloud}"`;

function sharedKeyProblem(key: string) {
  if (!isSharedKey(key)) {
    return {
      level: 'error',
      text: 'has a "sharedKey" that is not base64: check that it was copied completely',
    } as const;
  }
  const bytes = Buffer.from(key, 'base64').byteLength;
  if (bytes === SHARED_KEY_BYTES) return undefined;
  const text = `has a "sharedKey" of ${bytes} bytes instead of ${SHARED_KEY_BYTES}: check that it was copied completely`;
  return { level: 'warning', text } as const;
}
