/** What every request is held against before it is answered, and what every answer says to the browser. */
import type { IncomingMessage } from 'node:http';

export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/**
 * Why a request is not answered, whatever its session: another site may make a browser send it.
 * Names of other hosts lead here by DNS rebinding. https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export function refusalOf({ method = '', headers }: IncomingMessage, port: number): Refusal | undefined {
  const { host = '', origin } = headers;
  const site = headers['sec-fetch-site'];
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(host)) {
    return { status: 421, message: `the host is not this page's; allowed: ${hosts.join(', ')}` };
  }
  if (method !== 'GET' && method !== 'POST') {
    return { status: 405, message: 'the method is not allowed; allowed: GET, POST' };
  }
  const isOwn = origin === undefined ? method === 'GET' : origin === `http://${host}`;
  // Another port of this host is "same-site".
  const isOwnFetch = site === undefined || site === 'same-origin' || (site === 'none' && method === 'GET');
  // A link that was clicked elsewhere opens the page, as a bookmark does; the session's cookie is not sent then.
  const isLink = method === 'GET' && headers['sec-fetch-mode'] === 'navigate';
  if (!isOwn || !(isOwnFetch || isLink)) {
    return { status: 403, message: 'the request comes from another site; only the page itself may send it' };
  }
  return undefined;
}

/** https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join('; ');

/** Of every answer, errors too. */
export const SECURITY_HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;
