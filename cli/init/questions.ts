/** The questions at the terminal. They go to standard error, so that standard output has the result alone. */
import { confirm, isCancel, password, select, text } from '@clack/prompts';

/** Ctrl-C, Ctrl-D or Escape at a question. */
export class StoppedByUser extends Error {}

export interface Questions {
  /** @param problem what is wrong with an answer; undefined if nothing is */
  text(message: string, initial: string, problem: (answer: string) => string | undefined): Promise<string>;
  /** Shows no letter of it. @param before what an empty answer keeps; without it, none is taken */
  secret(message: string, problem?: (answer: string) => string | undefined, before?: string): Promise<string>;
  choose(message: string, choices: Readonly<Record<string, string>>, initial: string): Promise<string>;
  yes(message: string, initial: boolean): Promise<boolean>;
}

/** Undefined without an interactive terminal. */
export function questions(): Questions | undefined {
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY || !output.isTTY) return undefined;
  const where = { input, output, signal: endOf(input) };
  return {
    text: async (message, initial, problem) => {
      const validate = (answer = '') => problem(answer.trim());
      return answered(await text({ ...where, message, initialValue: initial, validate })).trim();
    },
    secret: async (message, problem = () => undefined, before = '') => {
      const validate = (answer = '') =>
        answer.trim() === '' && before === '' ? 'it is empty' : problem(answer.trim());
      const again = before === '' ? '' : ' (Enter: as before)';
      // The mask shows the length, and no more.
      const answer = answered(await password({ ...where, message: message + again, mask: '•', validate }));
      return answer?.trim() || before;
    },
    choose: async (message, choices, initialValue) => {
      const options = Object.entries(choices).map(([value, label]) => ({ value, label }));
      return answered(await select<string>({ ...where, message, options, initialValue }));
    },
    yes: async (message, initialValue) => answered(await confirm({ ...where, message, initialValue })),
  };
}

/** Aborted by Ctrl-D, and when the input ends: its readline closes then, and a prompt would wait for ever. */
function endOf(input: NodeJS.ReadStream): AbortSignal {
  const end = new AbortController();
  const stop = () => end.abort();
  input.on('keypress', (_, key) => (key?.ctrl && key.name === 'd' ? stop() : undefined));
  input.once('end', stop);
  return end.signal;
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw new StoppedByUser();
  return answer as Exclude<T, symbol>;
}
