/**
 * A page of a command, on this machine alone: `status --web`, and the demo's. A command gives the name of its page
 * (`PAGES` of scripts/build-pages.ts), a function that returns its state, and its actions.
 *
 *     const web = await serveWeb({ page: 'status', title: 'Status', state: () => shown, actions: { … }, … });
 *     console.log(addressText(web.url));   // holds the one-time token: print it nowhere else
 *     shown = …; web.changed();    // every open page gets the state
 *     await web.close();
 *
 * In the browser, `start` of page/start.tsx shows the state, and `act` of page/act.ts calls an action by its name.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildPage, type PageName } from '../../scripts/build-pages.ts';
import { UsageError } from '../terminal/errors.ts';
import { type Action, answerOf } from './actions.ts';
import { eventsOf } from './events.ts';
import { refusalOf, SECURITY_HEADERS } from './guard.ts';
import { newSession } from './session.ts';

/** The page takes a server that is silent for three of these for lost. */
const BEAT_MS = 5_000;

export interface WebOptions {
  readonly page: PageName;
  /** Of the browser's tab. */
  readonly title: string;
  /** As JSON to every page: nothing in it may be a secret, or a log's content that the command line would not show. */
  readonly state: () => unknown;
  readonly actions: Readonly<Record<string, Action>>;
  /** An error in an action that nobody expected. */
  readonly onBug: (error: unknown) => void;
  /** Of node:crypto. */
  readonly randomBytes: (bytes: number) => Buffer;
  /** 0, or undefined: any that is free. */
  readonly port?: number | undefined;
  readonly beatMs?: number;
}

export interface Web {
  /** With the one-time token: the first browser that opens it sees the page, and no other. */
  readonly url: string;
  /** Sends the state to every open page. */
  changed(): void;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

/** Rejects with UsageError when the port is not free. */
export async function serveWeb(options: WebOptions): Promise<Web> {
  const { page, title, state, actions, onBug, randomBytes, port = 0, beatMs = BEAT_MS } = options;
  const files = await buildPage(page);
  const session = newSession(randomBytes);
  const events = eventsOf(state, beatMs);
  const server = createServer((request, response) => {
    // The page may be gone before it is answered.
    response.on('error', () => undefined);
    void handle(request, response).catch(onBug);
  });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const refusal = refusalOf(request, portOf(server.address()));
    if (refusal) return end(response, refusal.status, 'text/plain', refusal.message);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const name = pathname.startsWith(session.folder) ? pathname.slice(session.folder.length) : undefined;
    const token = searchParams.get('token');
    if (name === '' && request.method === 'GET' && token !== null) {
      const cookie = session.redeem(token);
      // Also for the browser that has the session already, and reloads the printed address.
      if (cookie === undefined && !session.isHeld(request.headers.cookie)) return refuse(response);
      if (cookie !== undefined) response.setHeader('set-cookie', cookie);
      return end(response.setHeader('location', session.folder), 303, 'text/plain', '');
    }
    if (name === undefined || !session.isHeld(request.headers.cookie)) return refuse(response);
    if (request.method === 'POST') {
      const wanted = /^actions\/([\w-]+)$/.exec(name)?.[1] ?? '';
      const { status, body } = await answerOf(
        request,
        Object.hasOwn(actions, wanted) ? actions[wanted] : undefined,
        onBug,
      );
      return end(response, status, 'application/json', JSON.stringify(body));
    }
    if (name === 'events') return events.open(response);
    const file = name === '' ? { type: 'text/html', text: documentOf(page, title) } : files.get(name);
    if (!file) return end(response, 404, 'text/plain', 'not found');
    end(response, 200, file.type, file.text);
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', error =>
      reject(new UsageError(`port ${port} cannot be used: ${error.message}; choose another, or omit it`)),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${portOf(server.address())}${session.folder}?token=${session.token}`,
    changed: events.send,
    close: () =>
      new Promise(resolve => {
        events.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a command prints of `Web.url`. */
export const addressText = (url: string): string =>
  `Open this address in a browser on this machine. It works once:\n\n  ${url}\n\npress Ctrl-C to stop`;

function end(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(text);
}

function refuse(response: ServerResponse): void {
  end(
    response,
    403,
    'text/plain',
    'This address is not valid, or was opened already: it works once, in one browser.\n' +
      'Stop the command in its terminal, and start it again for a new address.',
  );
}

const portOf = (address: string | AddressInfo | null): number => (address as AddressInfo | null)?.port ?? 0;

function documentOf(page: PageName, title: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title.replace(/[&<]/g, '')}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${page}.css">
<script type="module" src="${page}.js"></script>
<body><div id="page"></div><noscript>This page needs JavaScript.</noscript></body>
</html>
`;
}
