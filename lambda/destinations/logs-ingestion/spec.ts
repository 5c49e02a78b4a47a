/**
 * Azure Monitor's Logs Ingestion API, as all other code sees it.
 * https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview
 */
import * as v from 'valibot';
import { settings } from '../../core/settings/problems.ts';
import { guid, oneOf, SECRET_NAME, secretName, text, whole } from '../../core/settings/values.ts';
import { type Cloud, cloud } from '../clouds.ts';
import { CLIENT_SECRET, ENTRA_CAUSES, entraValues, tokenSettings } from '../entra-words.ts';
import type { DestinationSpec, Doubt } from '../spec.ts';
import { LOGS_INGESTION_CAUSES } from './causes.ts';

/** Host names know no case. */
const ENDPOINT =
  /^[Hh][Tt][Tt][Pp][Ss]:\/\/[A-Za-z0-9.-]+\.[Ii][Nn][Gg][Ee][Ss][Tt]\.[Mm][Oo][Nn][Ii][Tt][Oo][Rr]\.[Aa][Zz][Uu][Rr][Ee]\.([Cc][Oo][Mm]|[Uu][Ss]|[Cc][Nn])$/;

const schema = v.pipe(
  settings({
    kind: v.literal('logs-ingestion'),
    endpoint: text(
      ENDPOINT,
      'the ingestion endpoint of the DCR or DCE, "https://….ingest.monitor.azure.com", no path',
    ),
    dcrImmutableId: text(
      /^[Dd][Cc][Rr]-[0-9A-Fa-f]{32}$/,
      'the DCR’s immutable id, "dcr-" and 32 hex digits',
    ),
    stream: v.optional(
      text(/^Custom-[A-Za-z][A-Za-z0-9_]{0,99}$/, '"Custom-" and the table’s name'),
      'Custom-Auth0Logs_CL',
    ),
    workspaceId: v.optional(guid),
    bulkTypes: v.optional(
      v.array(
        text(/^[a-z0-9_]{1,64}$/, 'an Auth0 type code: "sertft"'),
        'a list of Auth0 type codes, such as ["sertft", "ssa"]',
      ),
    ),
    tenantId: guid,
    clientId: guid,
    cloud,
    auth: v.optional(oneOf(['client-secret', 'federated']), 'client-secret'),
    secret: v.optional(secretName),
    maxBatchBytes: v.optional(whole(200_000, 1_048_576, 'bytes, 200000 to 1048576'), 1_000_000),
  }),
  v.forward(
    v.partialCheck(
      [['auth'], ['secret']],
      azure => azure.auth === 'federated' || azure.secret !== undefined,
      `${SECRET_NAME}, as auth is "client-secret"`,
    ),
    ['secret'],
  ),
  v.metadata({
    anyOf: [{ required: ['secret'] }, { required: ['auth'], properties: { auth: { const: 'federated' } } }],
  }),
);

export type LogsIngestionConfig = v.InferOutput<typeof schema>;

/** The API's codes are not listed anywhere: an unknown DCR, stream or api-version names itself. */
const CONFIGURATION_CODE = /stream|dcr|datacollectionrule|immutableid|api-?version/i;

const ENDPOINT_ENDINGS: Readonly<Record<Cloud, string>> = { public: '.com', 'us-gov': '.us', china: '.cn' };
const ID_EXAMPLE = '01234567-89ab-cdef-0123-456789abcdef';

export const logsIngestion: DestinationSpec<LogsIngestionConfig> & { readonly settings: typeof schema } = {
  kind: 'logs-ingestion',
  api: 'Logs Ingestion API',
  settings: schema,
  descriptions: {
    endpoint: {
      means: 'the ingestion endpoint of the data collection rule, or of a data collection endpoint',
      example: 'https://auth0-logs-abcd-westeurope.logs.z1.ingest.monitor.azure.com',
    },
    dcrImmutableId: {
      means: 'the rule’s immutable id, not its name',
      example: `dcr-${'0123456789abcdef'.repeat(2)}`,
    },
    stream: { means: 'the rule’s stream', example: 'Custom-Auth0Logs_CL' },
    workspaceId: {
      means:
        'the id of the workspace that the rule feeds, in the portal _Workspace ID_; [`audit --stored`](operating.md#audit---stored) reads this workspace',
      example: ID_EXAMPLE,
    },
    bulkTypes: {
      means:
        'the types that the rule stores in [a second table](azure.md#noisy-types-in-a-cheaper-table), as the output of the template; `audit --stored` does not look for them',
      example: ['sertft', 'ssa'],
    },
    tenantId: { means: 'the Entra tenant of the application or identity that posts', example: ID_EXAMPLE },
    clientId: {
      means: 'the application (client) id of the application or identity that posts',
      example: ID_EXAMPLE,
    },
    auth: {
      means:
        'how to authenticate: with a client secret, or with the function’s AWS role and [without any secret](azure.md#from-an-empty-resource-group-to-the-first-row). `run` on one machine has no such role and refuses `"federated"`',
      example: 'federated',
    },
    secret: {
      means:
        'the secret with the client secret: `{"clientSecret"}`. Required unless `azure.auth` is `"federated"`',
      example: 'auth0-logs/prod/azure',
    },
  },
  form: { layout: 'typed', fieldMaxBytes: 65_536 },
  meaning: {
    // It documents 204; 200 and 202 are tolerated.
    accepted: new Set([200, 202, 204]),
    isConfiguration: code => CONFIGURATION_CODE.test(code),
    isTooLarge: () => false,
  },
  emptyRefused: new Set(['InvalidPayload', 'EmptyPayload', 'EmptyBody', 'InvalidDataFormat']),
  secretField: CLIENT_SECRET,
  isFederated: ({ auth }) => auth === 'federated',
  identity: settings => settings,
  place: ({ endpoint, dcrImmutableId, stream }) => ({
    identity: `${endpoint}, ${dcrImmutableId}, ${stream}`,
    address: endpoint,
    target: `stream ${stream}`,
    name: stream,
    settings: `azure.endpoint "${endpoint}"`,
  }),
  rule: ({ dcrImmutableId, stream }) => ({ immutableId: dcrImmutableId, stream }),
  stored: ({ workspaceId, stream, cloud, bulkTypes }) => ({
    workspaceId,
    cloud,
    table: stream.slice('Custom-'.length),
    logIdColumn: 'LogId',
    stream,
    otherTypes: bulkTypes,
  }),
  token: { check: 'entra token', vendor: 'Entra', settings: tokenSettings, causes: ENTRA_CAUSES },
  doubts: ({ endpoint, cloud }): readonly Doubt[] =>
    endpoint.toLowerCase().endsWith(ENDPOINT_ENDINGS[cloud])
      ? []
      : [
          {
            text: `azure.cloud is "${cloud}", but azure.endpoint is of another cloud`,
            remedy: 'correct one of them: .com is "public", .us is "us-gov", .cn is "china"',
          },
        ],
  causes: LOGS_INGESTION_CAUSES,
  values: config => ({
    ...entraValues(config),
    endpoint: config.endpoint,
    dcrImmutableId: config.dcrImmutableId,
    stream: config.stream,
    address: config.endpoint,
  }),
};
