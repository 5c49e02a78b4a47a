/** Settings of the simulated Azure, and those that Azure would not take: a test that needs one would prove nothing. */
import { type DataCollectorSettings, LOG_TYPE } from './data-collector.ts';
import type { EntraSettings } from './entra.ts';
import type { LogsIngestionSettings } from './logs-ingestion.ts';
import {
  refuse,
  refuseWorkspaceSettings,
  type WorkspaceSettings,
  wholeNumber,
} from './workspace-settings.ts';

export interface AzureSettings extends DataCollectorSettings, LogsIngestionSettings, WorkspaceSettings {
  readonly entra: EntraSettings;
  /** Added to every answer, in real time. */
  readonly latencyMs: number;
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview, and its likes in other clouds. */
const INGESTION_SCOPE = /^https:\/\/monitor\.azure\.(com|us|cn)\/\.default$/;

/** Throws Error naming the first setting that is not as Azure has it. Limits may be lower than Azure's. */
export function refuseSettings(settings: AzureSettings): void {
  refuseWorkspaceSettings(settings);
  const {
    workspaceId,
    sharedKeys,
    logTypes = [],
    dcrImmutableId,
    ingestionScope,
    latencyMs,
    entra,
  } = settings;
  refuse('workspaceId', workspaceId, GUID.test(workspaceId), 'a GUID');
  // A key is a secret: it is not told.
  refuse('sharedKeys', '(not shown)', sharedKeys.length > 0 && sharedKeys.every(isBase64), 'keys in base64');
  for (const logType of logTypes) {
    refuse('logTypes', logType, LOG_TYPE.test(logType), 'letters, digits and _, at most 100');
  }
  // https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#data-limits
  wholeNumber('dataCollectorMaxBytes', settings.dataCollectorMaxBytes, 1, 30_000_000);
  // "1 MB of compressed or uncompressed data"; a peer has seen 50 MiB after decompression pass.
  wholeNumber('logsIngestionMaxBytes', settings.logsIngestionMaxBytes, 1, 1_048_576);
  wholeNumber('logsIngestionMaxRawBytes', settings.logsIngestionMaxRawBytes, 1, 50 * 1_048_576);
  refuse(
    'dcrImmutableId',
    dcrImmutableId,
    /^dcr-[0-9a-f]{32}$/.test(dcrImmutableId),
    'dcr- and 32 hex digits',
  );
  refuse('latencyMs', latencyMs, Number.isFinite(latencyMs) && latencyMs >= 0, 'a number, 0 or more');
  refuse('entra.tenantId', entra.tenantId, GUID.test(entra.tenantId), 'a GUID');
  refuse('entra.clientId', entra.clientId, GUID.test(entra.clientId), 'a GUID');
  refuse('entra.clientSecret', '', entra.clientSecret !== '', 'a text that is not empty');
  // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
  refuse(
    'entra.scope',
    entra.scope,
    /^https:\/\/.+\/\.default$/.test(entra.scope),
    'https://<resource>/.default',
  );
  const scopes = 'https://monitor.azure.com/.default, or its like in .us or .cn';
  refuse('ingestionScope', ingestionScope, INGESTION_SCOPE.test(ingestionScope), scopes);
}

function isBase64(key: string): boolean {
  return key !== '' && Buffer.from(key, 'base64').toString('base64') === key;
}
