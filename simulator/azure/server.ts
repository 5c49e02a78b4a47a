/** Azure on one loopback port: every ingestion API, the query API, and Entra, each under its path. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { answerWith, type FaultScript, faultScript } from '../faults.ts';
import { listen, readBody } from '../loopback.ts';
import type { OpenApi, Partly } from './api.ts';
import { APIS, type ApiSettings, KINDS, type Kind } from './apis.ts';
import { type Entra, type EntraSettings, entra } from './entra.ts';
import { QUERY_DEFAULTS, queryApi } from './query-api.ts';
import type { Received } from './received.ts';
import { type AzureSettings, refuseSettings } from './settings.ts';
import { openWorkspace, type Workspace } from './workspace.ts';
import { WORKSPACE_DEFAULTS } from './workspace-settings.ts';

/** Everything has a default; the settings in force are in `AzureSimulator.settings`. */
export type AzureOptions = Partly<AzureSettings>;

type Door = Kind | 'entra' | 'query';

export interface AzureSimulator {
  /** The base address of all of them, without a trailing slash. */
  readonly url: string;
  readonly settings: AzureSettings;
  /** What the next requests to each API meet instead of, or besides, a proper answer. */
  readonly faults: Readonly<Record<Door, FaultScript>>;
  /** What was accepted. */
  readonly received: Received;
  /** The outcome: rows, drops, and what Azure reports of them. */
  readonly workspace: Workspace;
  /** Requests for a token, refused ones and faults included. */
  readonly tokenRequests: number;
  readonly tokensIssued: number;
  /** Queries, refused ones and faults included. */
  readonly queries: number;
  /** See Entra. */
  login(resource: string): string;
  /** Rotates what every API accepts: the old secret is refused from now on, and so is a token that it was given for. */
  setSecret(secret: string): void;
  /** Rotates the application's secret: the old one is refused from now on, tokens stay. */
  setClientSecret(secret: string): void;
  /** Gives the application another federated credential, or takes it away. */
  setFederation: Entra['setFederation'];
  /** From now on accepts the records that it refused for their content, as if the cause were fixed. */
  acceptPoison(): void;
  /** Refuses them again. */
  refusePoison(): void;
  /** Every token issued so far is answered 401 from now on. */
  expireTokens(): void;
  /** Ends every connection at once, answered or not. */
  close(): Promise<void>;
}

const ENTRA_DEFAULTS: EntraSettings = {
  tenantId: '5ca1ab1e-0000-4000-8000-000000000002',
  clientId: '5ca1ab1e-0000-4000-8000-000000000003',
  clientSecret: 'the client secret of a simulated application',
  scope: 'https://monitor.azure.com/.default',
  queryScope: 'https://api.loganalytics.io/.default',
};
const QUERY_PATH = /^\/v1\/workspaces\/[^/]+\/query$/;
const ENTRA_PATH = /^\/[^/]+\/oauth2\/v2\.0\/token$/;

/** The settings that these options make. */
export function azureSettings({ entra: some, ...options }: AzureOptions = {}): AzureSettings {
  return {
    ...WORKSPACE_DEFAULTS,
    ...QUERY_DEFAULTS,
    ...(Object.assign({}, ...KINDS.map(kind => APIS[kind].defaults)) as ApiSettings),
    poisonMark: 'simulated-poison-record',
    now: Date.now,
    latencyMs: 0,
    ...options,
    entra: { ...ENTRA_DEFAULTS, ...some },
  };
}

/** Starts on a free port of 127.0.0.1. Throws Error for settings that Azure would not take. */
export async function startAzure(options: AzureOptions = {}): Promise<AzureSimulator> {
  const settings: AzureSettings & { poisonMark: string } = azureSettings(options);
  refuseSettings(settings);
  const { poisonMark } = settings;
  const workspace = openWorkspace(settings);
  const ledger = workspace.received;
  const authority = entra(settings.entra, settings.now);
  const byKind = <T>(of: (kind: Kind) => T) =>
    Object.fromEntries(KINDS.map(kind => [kind, of(kind)])) as Record<Kind, T>;
  const apis = byKind<OpenApi>(kind => APIS[kind].open(settings, workspace, authority));
  const reading = queryApi({ ...settings, queryScope: settings.entra.queryScope }, workspace, authority);
  const faults: Record<Door, FaultScript> = {
    ...byKind(faultScript),
    entra: faultScript(),
    query: faultScript(),
  };
  let tokenRequests = 0;
  let queries = 0;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = URL.parse(request.url ?? '', 'http://127.0.0.1');
    // A server sends its own time: https://www.rfc-editor.org/rfc/rfc9110#field.date
    response.setHeader('date', new Date(settings.now()).toUTCString());
    const door = url ? doorOf(url.pathname) : undefined;
    if (!url || !door) return void response.writeHead(404).end();
    if (request.method !== 'POST') return void response.writeHead(405, { allow: 'POST' }).end();
    const api = door === 'entra' || door === 'query' ? undefined : apis[door];
    if (api) ledger.posts++;
    else if (door === 'query') queries++;
    else tokenRequests++;
    if (api?.cutsOff?.(request.headers)) return void request.socket.destroy();
    const fault = faults[door].next();
    const body = fault?.kind === 'cut' ? Buffer.alloc(0) : await readBody(request);
    if (!body) return;
    if (api) ledger.noteBody(body.length);
    await answerWith(fault, request, response, async () => {
      if (settings.latencyMs > 0) await delay(settings.latencyMs);
      return (api ?? (door === 'query' ? reading : authority)).answer({
        url,
        headers: request.headers,
        body,
      });
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
    setSecret: secret => {
      for (const kind of KINDS) apis[kind].setSecret(secret);
    },
    setClientSecret: authority.setClientSecret,
    get queries() {
      return queries;
    },
    login: authority.login,
    setFederation: authority.setFederation,
    expireTokens: authority.expireTokens,
    acceptPoison: () => {
      settings.poisonMark = '';
    },
    refusePoison: () => {
      settings.poisonMark = poisonMark;
    },
    close,
  };
}

function doorOf(path: string): Door | undefined {
  if (ENTRA_PATH.test(path)) return 'entra';
  if (QUERY_PATH.test(path)) return 'query';
  return KINDS.find(kind => APIS[kind].path.test(path));
}
