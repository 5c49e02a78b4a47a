/** Runs a bundled function once in this process and notes when each of its calls went out and was answered. */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { pathToFileURL } from 'node:url';

export interface ColdStep {
  readonly step: string;
  /** Since the import began. */
  readonly fromMs: number;
  readonly toMs: number;
}

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

export async function coldStart(bundle: string, event: unknown, context: unknown): Promise<ColdStep[]> {
  const beganAtMs = performance.now();
  const since = () => performance.now() - beganAtMs;
  const steps: ColdStep[] = [];
  const begun = new Map<unknown, { step: string; fromMs: number }>();
  const begin = (request: unknown, step: string) => begun.set(request, { step, fromMs: since() });
  const end = (request: unknown) => {
    const call = begun.get(request);
    if (call) steps.push({ ...call, toMs: since() });
  };
  subscribe('http.client.request.start', message => {
    const { request } = message as { request: ClientRequest };
    const target = request.getHeader('x-amz-target');
    begin(request, String(target ?? `${request.method} ${request.path.split('?')[0]}`));
  });
  subscribe('http.client.response.finish', message => end((message as { request: unknown }).request));

  const { handler } = (await import(pathToFileURL(bundle).href)) as { handler: Handler };
  const loaded = { step: 'import', fromMs: 0, toMs: since() };
  await handler(event, context);
  const all = [loaded, ...steps, { step: 'run', fromMs: loaded.toMs, toMs: since() }];
  return all.sort((a, b) => a.fromMs - b.fromMs);
}
