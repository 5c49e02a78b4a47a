/** The questions and their answers, for people. */
import { colors, harmless, wrapped } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';
import type { Answered } from './ask.ts';
import type { Outcome, Question } from './question.ts';
import { ORDER } from './report.ts';

const INDENT = '    ';
const { bold, dim, green, red, yellow } = colors;
const PAINT: Readonly<Record<Outcome, (text: string) => string>> = {
  refuted: red,
  unclear: yellow,
  confirmed: green,
  'not-asked': dim,
};
const line = (text: string) => wrapped(`${INDENT}${harmless(text)}`, undefined, INDENT);

export function showQuestions(questions: readonly Question[]): void {
  for (const { id, vendor, asks, assumes, writes } of questions) {
    console.log(`${bold(id)} (${vendor})`);
    console.log(line(asks));
    console.log(line(`assumed: ${assumes}`));
    if (writes !== undefined) console.log(line(`asks you first, since it ${writes}`));
  }
}

export function showAnswers(answers: readonly Answered[], path: string): void {
  for (const { question, outcome, observed } of answers) {
    console.log(`${PAINT[outcome](outcome.padEnd(9))}  ${bold(question.id)}`);
    console.log(line(observed));
    if (outcome === 'refuted') console.log(line(`assumed: ${question.assumes}; see ${question.fact}`));
  }
  const counts = ORDER.map(
    outcome => [outcome, answers.filter(one => one.outcome === outcome).length] as const,
  );
  const words = counts.filter(([, count]) => count > 0).map(([outcome, count]) => `${count} ${outcome}`);
  console.log(`\n${counted(answers.length, 'question')}: ${words.join(', ')}`);
  console.log(`report: ${path}; check it, then attach it to an issue (form “Acceptance report”)`);
}
