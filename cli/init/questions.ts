/** The questions at the terminal. They go to standard error, so that standard output has the result alone. */
import { confirm, isCancel, password, select, text } from '@clack/prompts';

/** Ctrl-C or Escape at a question. */
export class StoppedByUser extends Error {}

export interface Questions {
  /** @param problem what is wrong with an answer; undefined if nothing is */
  text(message: string, initial: string, problem: (answer: string) => string | undefined): Promise<string>;
  /** Shows no letter of it. */
  secret(message: string): Promise<string>;
  choose(message: string, choices: Readonly<Record<string, string>>, initial: string): Promise<string>;
  yes(message: string, initial: boolean): Promise<boolean>;
}

/** Undefined without an interactive terminal. */
export function questions(): Questions | undefined {
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY || !output.isTTY) return undefined;
  const where = { input, output };
  return {
    text: async (message, initial, problem) => {
      const validate = (answer = '') => problem(answer.trim());
      return answered(await text({ ...where, message, initialValue: initial, validate })).trim();
    },
    secret: async message => {
      const validate = (answer = '') => (answer.trim() === '' ? 'it is empty' : undefined);
      // The mask shows the length, and no more.
      return answered(await password({ ...where, message, mask: '•', validate })).trim();
    },
    choose: async (message, choices, initialValue) => {
      const options = Object.entries(choices).map(([value, label]) => ({ value, label }));
      return answered(await select<string>({ ...where, message, options, initialValue }));
    },
    yes: async (message, initialValue) => answered(await confirm({ ...where, message, initialValue })),
  };
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw new StoppedByUser();
  return answer as Exclude<T, symbol>;
}
