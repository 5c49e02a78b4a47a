/** A simulated account in which time passes only while the command waits, and the questions asked of it. */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answered, askAll } from '../../../cli/acceptance/ask.ts';
import { auth0Asked } from '../../../cli/acceptance/auth0.ts';
import { postsAsked } from '../../../cli/acceptance/posts.ts';
import type { Asking, Question } from '../../../cli/acceptance/question.ts';
import { workspaceAsked } from '../../../cli/acceptance/workspace.ts';
import { onlyPipeline, openTarget } from '../../../cli/pipelines/open.ts';
import { specOf } from '../../../lambda/destinations/all.ts';
import { httpClient } from '../../../lambda/edges/http-client.ts';
import type { Auth0Options } from '../../../simulator/auth0/server.ts';
import { generateLogs, type Log } from '../../../simulator/auth0/tenant.ts';
import { KINDS, type Kind } from '../../../simulator/azure/apis.ts';
import type { AzureOptions } from '../../../simulator/azure/server.ts';
import { type LocalWorld, openLocalWorld } from '../local-world.ts';

/** One that posts compressed, with a token. */
export const WITH_TOKEN = KINDS.find(kind => specOf({ kind }).token !== undefined)!;

export interface Setup {
  readonly kind?: Kind;
  readonly auth0?: Partial<Auth0Options>;
  readonly azure?: AzureOptions;
  /** Called before anything is asked. */
  readonly before?: (world: LocalWorld) => unknown;
  /** Called at every wait, with how often there was one before. */
  readonly during?: (world: LocalWorld, nowMs: number, wait: number) => unknown;
  readonly stack?: Asking['stack'];
  readonly roleMs?: number;
  readonly person?: Asking['person'];
}

/** `count` logs of the last hours, the newest of a minute ago. */
export function tenantLogs(count = 120): Log[] {
  const nowMs = Date.now();
  return generateLogs({ seed: 7, count, fromMs: nowMs - 6 * 3_600_000, toMs: nowMs - 60_000 });
}

/** Asks these questions, with consent to all that write. */
export async function askIn(setup: Setup, questions: readonly Question[]): Promise<readonly Answered[]> {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const kind = setup.kind ?? WITH_TOKEN;
  const world = await openLocalWorld({
    kind,
    auth0: { logs: tenantLogs(), now, ...setup.auth0 },
    azure: {
      now,
      keepRecords: true,
      queryRoles: { application: 'all', operator: 'all' },
      ...setup.azure,
    },
  });
  try {
    setup.before?.(world);
    let waits = 0;
    const clock = {
      now,
      sleep: async (ms: number) => {
        setup.during?.(world, now(), waits++);
        aheadMs += ms;
      },
    };
    const secretsFile = await world.writeSecrets();
    await chmod(secretsFile, 0o600);
    const config = await world.write('pipeline.json', world.config);
    const options = { config, secrets: secretsFile, state: join(world.directory, 'state') };
    const one = { ...onlyPipeline(await openTarget(options)), env: world.addresses };
    const fetch = httpClient();
    const posts = postsAsked(one, fetch, clock);
    const { auth0, settleSeconds } = one.config;
    const baseUrl = world.auth0.baseUrl;
    const workspace = world.azure.settings.workspaceId;
    const asking: Asking = {
      clock,
      stop: new AbortController().signal,
      auth0: auth0Asked({ config: auth0, settleSeconds, secrets: one.secrets, clock, fetch, baseUrl }),
      posts,
      workspace: await workspaceAsked(one, { workspace, readAs: 'pipeline' }, posts),
      stack: setup.stack ?? 'no stack',
      watchMs: 120_000,
      roleMs: setup.roleMs ?? 0,
      ...(setup.person && { person: setup.person }),
    };
    return await askAll(questions, asking, { agrees: async () => true, begin: () => undefined });
  } finally {
    await world.close();
  }
}
