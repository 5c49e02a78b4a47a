/** Asks one question after the other, the person before each that writes. */
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
      const heard = await question.ask(asking);
      answers.push({
        question,
        ...(asking.stop.aborted && heard.outcome !== 'confirmed' ? unclear('stopped') : heard),
      });
    }
  }
  return answers;
}
