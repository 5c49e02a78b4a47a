/** Who may see the page: the browser that opened the address that the command printed, and nobody else. */
import { timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;
/** Of the folder of the page's address. */
const FOLDER_BYTES = 8;

export interface Session {
  /** The folder of all addresses, `/3fA…/`: browsers send a cookie to every port of a host, but only to its own path. */
  readonly folder: string;
  /** For the address that is printed. Worthless once it was used. */
  readonly token: string;
  /** Returns the Set-Cookie header for the first caller with the token, undefined for each later one. */
  redeem(token: string): string | undefined;
  /** Whether a request's Cookie header has the session. */
  isHeld(cookies: string | undefined): boolean;
}

/** `randomBytes` is that of node:crypto. */
export function newSession(randomBytes: (bytes: number) => Buffer): Session {
  const [token, secret] = [TOKEN_BYTES, TOKEN_BYTES].map(bytes => randomBytes(bytes).toString('base64url'));
  const folder = `/${randomBytes(FOLDER_BYTES).toString('base64url')}/`;
  let isUsed = false;
  return {
    folder,
    token: token!,
    redeem: given => {
      if (isUsed || !isSame(given, token!)) return undefined;
      isUsed = true;
      // Without Max-Age: it ends with the browser. https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie
      return `session=${secret}; Path=${folder}; HttpOnly; SameSite=Strict`;
    },
    isHeld: (cookies = '') =>
      cookies.split('; ').some(cookie => cookie.startsWith('session=') && isSame(cookie.slice(8), secret!)),
  };
}

/** In constant time. */
function isSame(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}
