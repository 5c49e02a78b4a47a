/** The state of the page as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { ServerResponse } from 'node:http';

export interface Events {
  /** Answers with events, the current state first, until the reader ends it, or `close`. */
  open(response: ServerResponse): void;
  /** To all readers. */
  send(): void;
  close(): void;
}

/**
 * `state` is asked once for each `send`. A reader that does not keep up skips states: no more than one waits for it.
 * A `beat` is sent every `beatMs`, by which the page knows that the server still answers.
 */
export function eventsOf(state: () => unknown, beatMs: number): Events {
  const readers = new Set<ServerResponse>();
  const late = new Set<ServerResponse>();
  let id = 0;
  let message = '';
  const render = () => {
    message = `id: ${++id}\ndata: ${JSON.stringify(state())}\n\n`;
  };
  const write = (reader: ServerResponse, text: string) => {
    if (reader.writableNeedDrain) late.add(reader);
    else reader.write(text);
  };
  const beat = setInterval(() => {
    for (const reader of readers) if (!reader.writableNeedDrain) reader.write('event: beat\ndata: 0\n\n');
  }, beatMs);
  return {
    open: response => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      readers.add(response);
      response.on('drain', () => late.delete(response) && response.write(message));
      response.on('close', () => {
        readers.delete(response);
        late.delete(response);
      });
      if (id === 0) render();
      write(response, message);
    },
    send: () => {
      render();
      for (const reader of readers) write(reader, message);
    },
    close: () => {
      clearInterval(beat);
      for (const reader of readers) reader.destroy();
    },
  };
}
