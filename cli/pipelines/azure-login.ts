/** The operator's own login: the Azure CLI issues a token, so that this project sees no secret. */
import { type ExecFileException, execFile } from 'node:child_process';
import { cleanMessage, jsonObject } from '../../lambda/core/http.ts';
import type { Clock, Fault } from '../../lambda/core/model.ts';
import { type Grant, type TokenCache, tokenCache } from '../../lambda/core/oauth.ts';
import { Secret } from '../../lambda/core/secret.ts';
import { CLOUDS, type Cloud } from '../../lambda/destinations/clouds.ts';

/** Where the program is missing: how to get it. */
export const GET_AZ = 'install it (https://learn.microsoft.com/cli/azure/install-azure-cli)';
export const NO_AZ = `the Azure CLI (az) is not installed; ${GET_AZ}`;
/** Code of the fault of a machine without it. */
export const NOT_INSTALLED = 'AzNotInstalled';

/** Whether the program is missing. On Windows a shell says so, and there is no code. */
export const isNotInstalled = (error: object, stderr: string): boolean =>
  ('code' in error && error.code === 'ENOENT') || /is not recognized as an internal or external/.test(stderr);

/** Of a token without a time of expiry. */
const LIFETIME_MS = 300_000;

/** As the Azure CLI names them: https://learn.microsoft.com/cli/azure/manage-clouds-azure-cli */
const SET_CLOUD: Readonly<Record<Cloud, string>> = {
  public: '',
  'us-gov': '\n  az cloud set --name AzureUSGovernment',
  china: '\n  az cloud set --name AzureChinaCloud',
};

/**
 * A token for the query API of the cloud, kept until it is about to expire. Never rejects.
 * https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
 */
export function azureLogin(cloud: Cloud, clock: Clock): TokenCache['get'] {
  const { queryResource } = CLOUDS[cloud];
  const words = ['account', 'get-access-token', '--resource', queryResource, '--output', 'json'];
  const ask = (timeoutMs: number): Promise<Grant> =>
    new Promise(resolve => {
      // On Windows it is a script, which only a shell runs; no word is user input.
      const options = { timeout: timeoutMs, shell: process.platform === 'win32' };
      execFile('az', words, options, (error, stdout, stderr) =>
        resolve(grantOf(error, stdout, stderr, clock, cloud)),
      );
    });
  return tokenCache(clock, ask).get;
}

function grantOf(
  error: ExecFileException | null,
  stdout: string,
  stderr: string,
  clock: Clock,
  cloud: Cloud,
): Grant {
  if (error && isNotInstalled(error, stderr))
    return refused(`${NO_AZ} and log in, or specify another --read-as`, NOT_INSTALLED);
  if (error) {
    const said = error.killed ? 'no answer in time' : cleanMessage(stderr || error.message);
    return refused(
      `the Azure CLI returned no token: ${said.replace(/\.$/, '')}; run:${SET_CLOUD[cloud]}\n  az login`,
    );
  }
  const { accessToken, expires_on: expiresOn } = jsonObject(stdout) ?? {};
  if (typeof accessToken !== 'string' || accessToken === '')
    return refused('the Azure CLI returned no token');
  const lifetimeMs = typeof expiresOn === 'number' ? expiresOn * 1000 - clock.now() : LIFETIME_MS;
  return { kind: 'token', token: new Secret(accessToken), lifetimeMs };
}

function refused(message: string, code?: string): Grant {
  const fault: Fault = { verdict: 'denied', message, ...(code && { code }) };
  return { kind: 'fault', fault };
}
