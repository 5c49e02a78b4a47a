/** A vendor that repeats whatever it is sent, in every field that somebody may read. */
import { gunzipSync } from 'node:zlib';
import { listen, readBody } from '../../simulator/loopback.ts';

export interface EchoOptions {
  /** What everything that echoes is answered with. */
  readonly status: number;
  /** Who gives tokens; the token endpoints of others echo. */
  readonly givesTokensTo?: 'auth0' | 'all';
  /** The JSON of a page of logs; when absent, the logs endpoint echoes too. */
  readonly page?: string;
}

export interface Echo {
  readonly url: string;
  /** What the next requests meet. */
  set(options: EchoOptions): void;
  /** Everything that was echoed so far. */
  readonly echoed: readonly string[];
  close(): Promise<void>;
}

/** Short enough not to be taken for a secret by its length alone. */
const TOKEN = 'eyJhbGciOiJub25lIn0.e30.abc';

/** Starts on a free port of 127.0.0.1. */
export async function startEcho(): Promise<Echo> {
  let options: EchoOptions = { status: 500 };
  const echoed: string[] = [];
  const { url, close } = await listen(async (request, response) => {
    const body = (await readBody(request)) ?? Buffer.alloc(0);
    const path = URL.parse(request.url ?? '', 'http://127.0.0.1')?.pathname ?? '';
    const send = (status: number, text: string) =>
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '3000' }).end(text);
    const givesToken =
      options.givesTokensTo === (path === '/oauth/token' ? 'auth0' : 'all') ||
      options.givesTokensTo === 'all';
    if (path.endsWith('/token') && givesToken) {
      return void send(200, JSON.stringify({ access_token: TOKEN, expires_in: 3600 }));
    }
    if (path === '/api/v2/logs' && options.page !== undefined) return void send(200, options.page);
    const sent = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const authorization = request.headers.authorization ?? '';
    echoed.push(authorization, sent.toString());
    send(options.status, JSON.stringify(repeated(path, authorization, sent.toString())));
  });
  return {
    url,
    echoed,
    set: next => {
      options = next;
    },
    close,
  };
}

function repeated(path: string, authorization: string, body: string): object {
  const decoded = path.endsWith('/token') ? [...new URLSearchParams(body).values()].join(' or ') : body;
  const said = [authorization, authorization.replace(/^\w+ /, ''), body, decoded];
  const words = said.filter(Boolean).join(' is wrong, and so is ');
  return {
    error: path.includes('dataCollectionRules') ? { code: words, message: words } : words,
    error_description: words,
    errorCode: words,
    message: words,
    Error: words,
    Message: `The value '${body}' is not valid for "${body}"`,
  };
}
