/** Questions to whoever sits at the terminal. */
import { createInterface } from 'node:readline';

export interface Asked {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** The terminal, whatever standard output is led to; undefined when nobody sits there. */
export function terminal(): Asked | undefined {
  const { stdin, stderr } = process;
  return stdin.isTTY && stderr.isTTY ? { input: stdin, output: stderr } : undefined;
}

/** The answer, without space around it; empty when there is none, or when `stop` comes first. */
export async function ask({ input, output }: Asked, question: string, stop: AbortSignal): Promise<string> {
  if (stop.aborted) return '';
  // Not in raw mode: there, Ctrl-C would be a letter like any other and no signal.
  const lines = createInterface({ input, terminal: false });
  output.write(question);
  // The question() of readline/promises never settles when the input ends.
  return new Promise(resolve => {
    const end = (answer: string) => {
      stop.removeEventListener('abort', onStop);
      // Before the close, which ends it too, and without an answer.
      resolve(answer.trim());
      lines.close();
    };
    const onStop = () => end('');
    stop.addEventListener('abort', onStop);
    lines.once('line', end).once('close', onStop);
  });
}

/** Whether it is a yes: everything else, nothing among it, is a no. */
export async function confirm(asked: Asked, question: string, stop: AbortSignal): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(asked, `${question} [y/N] `, stop));
}
