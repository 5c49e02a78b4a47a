/** Questions to the operator at the terminal. */
import { createInterface } from 'node:readline';

export interface Asked {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** The terminal, even if standard output is redirected; undefined without an interactive terminal. */
export function terminal(): Asked | undefined {
  const { stdin, stderr } = process;
  return stdin.isTTY && stderr.isTTY ? { input: stdin, output: stderr } : undefined;
}

/** The answer, without space around it; empty when there is none, or when `stop` comes first. */
export async function ask({ input, output }: Asked, question: string, stop: AbortSignal): Promise<string> {
  if (stop.aborted) return '';
  // Not in raw mode, in which Ctrl-C would be input and not a signal.
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

/** Whether the answer is yes. Every other answer, and no answer, is a no. */
export async function confirm(asked: Asked, question: string, stop: AbortSignal): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(asked, `${question} [y/N] `, stop));
}
