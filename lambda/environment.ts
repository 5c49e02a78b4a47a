/** The environment of a process, and its clock. */
import { ConfigError } from './config/config.ts';
import type { Clock } from './core/model.ts';

/** Environment variables, or something like them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
};

/** A base URL for tests and local runs. Plain http goes to loopback only: anything else would carry secrets in clear. */
export function baseUrlOf(env: Environment, name: string): string | undefined {
  const given = env[name];
  if (!given) return undefined;
  const allowed = 'allowed: https://…, or http:// to 127.0.0.1, localhost or [::1]';
  const url = URL.parse(given);
  if (!url) throw new ConfigError([`environment variable ${name}: invalid URL; ${allowed}`]);
  const isLoopback = /^(127(\.\d+){3}|localhost|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)) return url.origin;
  throw new ConfigError([`environment variable ${name}: is ${url.protocol}//${url.hostname}; ${allowed}`]);
}
