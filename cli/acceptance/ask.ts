/** Asks one question after the other, the person before each that writes. */
import { ConfigError } from '../../lambda/config/config.ts';
import { UsageError } from '../terminal/errors.ts';
import { type Asking, type Heard, notAsked, type Question, unclear } from './question.ts';

export interface Answered extends Heard {
  readonly question: Question;
}

export interface Consent {
  /** Whether the question may change what it names. */
  agrees(question: Question): Promise<boolean>;
  /** Called before each. */
  begin(question: Question): void;
}

/** In the order of the questions. A stop ends it after the current one; those that are left are not asked. */
export async function askAll(
  questions: readonly Question[],
  asking: Asking,
  { agrees, begin }: Consent,
): Promise<readonly Answered[]> {
  const answers: Answered[] = [];
  for (const question of questions) {
    if (asking.stop.aborted) answers.push({ question, ...notAsked('stopped') });
    else if (question.writes !== undefined && !(await agrees(question)))
      answers.push({
        question,
        ...notAsked(`it ${question.writes.split(/[:,]/)[0]}, which was not agreed to`),
      });
    else {
      begin(question);
      const heard = await heardOf(question, asking);
      answers.push({
        question,
        ...(asking.stop.aborted && heard.outcome !== 'confirmed' ? unclear('stopped') : heard),
      });
    }
  }
  return answers;
}

/** A configuration that one question cannot do with, such as a missing redaction key, does not cost the answers of the others. */
async function heardOf(question: Question, asking: Asking): Promise<Heard> {
  try {
    return await question.ask(asking);
  } catch (error) {
    // Its words may name the account.
    if (error instanceof UsageError || error instanceof ConfigError)
      return unclear('it could not be asked; doctor says what is wrong');
    throw error;
  }
}
