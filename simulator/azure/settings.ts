/** Settings of the simulated Azure, and those that Azure would not take: a test that needs one would prove nothing. */
import type { CommonSettings } from './api.ts';
import type { ApiSettings } from './apis.ts';
import { type QuerySettings, refuseQuerySettings } from './query-api.ts';
import { demand, GUID, refuseWorkspaceSettings, type WorkspaceSettings } from './workspace-settings.ts';

export interface AzureSettings extends ApiSettings, CommonSettings, WorkspaceSettings, QuerySettings {
  /** Added to every answer, in real time. */
  readonly latencyMs: number;
}

/** Throws Error naming the first setting that is not as Azure has it; those of an API are its own to refuse. */
export function refuseSettings(settings: AzureSettings): void {
  refuseWorkspaceSettings(settings);
  refuseQuerySettings(settings);
  const { latencyMs, entra } = settings;
  demand('latencyMs', latencyMs, Number.isFinite(latencyMs) && latencyMs >= 0, 'a number, 0 or more');
  demand('entra.tenantId', entra.tenantId, GUID.test(entra.tenantId), 'a GUID');
  demand('entra.clientId', entra.clientId, GUID.test(entra.clientId), 'a GUID');
  demand('entra.clientSecret', '', entra.clientSecret !== '', 'a text that is not empty');
  // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
  demand(
    'entra.scope',
    entra.scope,
    /^https:\/\/.+\/\.default$/.test(entra.scope),
    'https://<resource>/.default',
  );
}
