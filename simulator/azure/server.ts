/** Azure on one loopback port: the Data Collector API, the Logs Ingestion API and Entra, told apart by path. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, answerWith, type FaultScript, faultScript } from '../faults.ts';
import { type Call, listen, readBody } from '../loopback.ts';
import { dataCollector } from './data-collector.ts';
import { type Entra, type EntraSettings, entra } from './entra.ts';
import { logsIngestion } from './logs-ingestion.ts';
import type { Received } from './received.ts';
import { type AzureSettings, refuseSettings } from './settings.ts';
import { openWorkspace, type Workspace } from './workspace.ts';
import { WORKSPACE_DEFAULTS } from './workspace-settings.ts';

/** Everything has a default; the settings in force are in `AzureSimulator.settings`. */
export type AzureOptions = Partial<Omit<AzureSettings, 'entra'>> & {
  readonly entra?: Partial<EntraSettings>;
};

type Api = 'dataCollector' | 'logsIngestion' | 'entra';

export interface AzureSimulator {
  /** The base address of all three APIs, without a trailing slash. */
  readonly url: string;
  readonly settings: AzureSettings;
  /** What the next requests to each API meet instead of, or besides, a proper answer. */
  readonly faults: Readonly<Record<Api, FaultScript>>;
  /** What was accepted. */
  readonly received: Received;
  /** What became of it: rows, drops, and what Azure tells of them. */
  readonly workspace: Workspace;
  /** Requests for a token, refused ones and faults included. */
  readonly tokenRequests: number;
  readonly tokensIssued: number;
  /** Rotates the workspace's keys: the old ones are refused from now on. */
  setSharedKeys(keys: readonly string[]): void;
  /** Rotates the application's secret: the old one is refused from now on. */
  setClientSecret(secret: string): void;
  /** Gives the application another federated credential, or takes it away. */
  setFederation: Entra['setFederation'];
  /** Takes the records that it refused for their content so far, as if their cause had been mended. */
  acceptPoison(): void;
  /** Every token issued so far is answered 401 from now on. */
  expireTokens(): void;
  /** Ends every connection at once, answered or not. */
  close(): Promise<void>;
}

const DEFAULTS: Omit<AzureSettings, 'entra' | 'ingestionScope'> = {
  ...WORKSPACE_DEFAULTS,
  workspaceId: '5ca1ab1e-0000-4000-8000-000000000001',
  sharedKeys: [Buffer.from('the shared key of a simulated workspace').toString('base64')],
  dataCollectorMaxBytes: 30_000_000,
  whenTooLarge: '404',
  dcrImmutableId: `dcr-${'5ca1ab1e'.repeat(4)}`,
  logsIngestionMaxBytes: 1_048_576,
  logsIngestionMaxRawBytes: 1_048_576,
  poisonMark: 'simulated-poison-record',
  now: Date.now,
  latencyMs: 0,
};

const ENTRA_DEFAULTS: EntraSettings = {
  tenantId: '5ca1ab1e-0000-4000-8000-000000000002',
  clientId: '5ca1ab1e-0000-4000-8000-000000000003',
  clientSecret: 'the client secret of a simulated application',
  scope: 'https://monitor.azure.com/.default',
};

/** Starts on a free port of 127.0.0.1. Throws Error for settings that Azure would not take. */
export async function startAzure(options: AzureOptions = {}): Promise<AzureSimulator> {
  const entraSettings = { ...ENTRA_DEFAULTS, ...options.entra };
  const settings = { ...DEFAULTS, ingestionScope: entraSettings.scope, ...options, entra: entraSettings };
  refuseSettings(settings);
  const workspace = openWorkspace(settings);
  const ledger = workspace.received;
  const authority = entra(entraSettings, settings.now);
  const collector = dataCollector(settings, workspace);
  const answers: Record<Api, (call: Call) => Answer> = {
    dataCollector: collector.answer,
    logsIngestion: logsIngestion(settings, authority, workspace),
    entra: authority.answer,
  };
  const faults = { dataCollector: faultScript(), logsIngestion: faultScript(), entra: faultScript() };
  let tokenRequests = 0;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = URL.parse(request.url ?? '', 'http://127.0.0.1');
    // A server tells its own time: https://www.rfc-editor.org/rfc/rfc9110#field.date
    response.setHeader('date', new Date(settings.now()).toUTCString());
    const api = url ? apiOf(url.pathname) : undefined;
    if (!url || !api) return void response.writeHead(404).end();
    if (request.method !== 'POST') return void response.writeHead(405, { allow: 'POST' }).end();
    if (api === 'entra') tokenRequests++;
    else ledger.posts++;
    if (api === 'dataCollector') {
      collector.noteSignature(request.headers);
      if (collector.cutsOff(request.headers)) return void request.socket.destroy();
    }
    const fault = faults[api].next();
    const body = fault?.kind === 'cut' ? Buffer.alloc(0) : await readBody(request);
    if (!body) return;
    if (api !== 'entra') ledger.noteBody(body.length);
    await answerWith(fault, request, response, async () => {
      if (settings.latencyMs > 0) await delay(settings.latencyMs);
      return answers[api]({ url, headers: request.headers, body });
    });
  };

  const { url, close } = await listen(handle);
  return {
    url,
    settings,
    faults,
    received: ledger,
    workspace,
    get tokenRequests() {
      return tokenRequests;
    },
    get tokensIssued() {
      return authority.tokensIssued;
    },
    setSharedKeys: collector.setSharedKeys,
    setClientSecret: authority.setClientSecret,
    setFederation: authority.setFederation,
    expireTokens: authority.expireTokens,
    acceptPoison: () => {
      settings.poisonMark = '';
    },
    close,
  };
}

function apiOf(path: string): Api | undefined {
  if (path === '/api/logs') return 'dataCollector';
  if (/^\/dataCollectionRules\/[^/]+\/streams\/[^/]+$/.test(path)) return 'logsIngestion';
  return /^\/[^/]+\/oauth2\/v2\.0\/token$/.test(path) ? 'entra' : undefined;
}
