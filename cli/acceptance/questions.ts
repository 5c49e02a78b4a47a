/** The one table of what is not known. */
import { AUTH0_QUESTIONS } from './auth0-questions.ts';
import { AZURE_QUESTIONS } from './azure-questions.ts';
import type { Mark, Question } from './question.ts';
import { STACK_QUESTIONS } from './stack-questions.ts';

/** In the order in which they are asked: what writes or disturbs comes last in each part. */
export const QUESTIONS: readonly Question[] = [...AUTH0_QUESTIONS, ...AZURE_QUESTIONS, ...STACK_QUESTIONS];

/** What is not known either, and why no command can ask it. */
export interface NotAsked extends Mark {
  readonly why: string;
}

const LATER = 'it is about another collector, which this project does not run';

export const NOT_ASKED: readonly NotAsked[] = [
  {
    file: 'docs/migrating.md',
    words: 'What was not checked is marked _unproven_',
    why: 'it explains the mark; each is listed below',
  },
  {
    file: 'docs/migrating.md',
    words: 'is _unproven_.',
    why: `${LATER}: whether a converted table fits the template`,
  },
  {
    file: 'docs/migrating.md',
    words: 'Whether Auth0 lets you install it again is _unproven_',
    why: `${LATER}: the extension`,
  },
  {
    file: 'docs/migrating.md',
    words: 'Whether it continues from its former position is _unproven_',
    why: `${LATER}: Sentinel’s connector`,
  },
  {
    file: 'docs/azure.md',
    words: 'this template has not been tried in Azure',
    why: 'a deployment is the trial; `azure outputs` and `doctor` report what came of it',
  },
  {
    file: 'docs/azure.md',
    words: 'or it was created minutes ago',
    why: 'it takes a new federated credential; to wait is right, however long it takes',
  },
  {
    file: 'docs/sentinel.md',
    words: 'it is not documented from which time Sentinel counts',
    why: 'it takes rules of Sentinel and hours of alerts; with the overlap, either time is right',
  },
  {
    file: 'docs/sentinel.md',
    words: 'Nothing stands for the behavior of Azure that is not documented',
    why: 'it says what the simulators leave out',
  },
  {
    file: 'simulator/azure',
    words: 'Inferred: no page says that it happens',
    why: 'it takes an outage inside Azure; `verify` finds what one has lost',
  },
  {
    file: 'docs/reliability.md',
    words: 'CloudWatch does not document how many datapoints it reads for an alarm',
    why: 'it shows only in the history of an alarm after a fault; the stories hold for several numbers',
  },
  {
    file: 'docs/decisions/023-the-workspace-is-asked-by-one-post.md',
    words: 'Only tested on a simulator',
    why: 'see the question hidden-table',
  },
  {
    file: 'simulator/aws',
    words: 'so both are simulated',
    why: 'a queue of this stack never holds messages untouched: each run reads it; see the question idle-queue',
  },
  {
    file: 'simulator/azure',
    words: 'both are seen in the field',
    why: 'it takes a post of more than 30 MB; batches have 1 MB by default, and both answers are handled',
  },
  {
    file: 'simulator/azure',
    words: 'posts of an object instead of an array: answered 204, and no row',
    why: 'the pipeline posts arrays only',
  },
  {
    file: 'simulator/azure',
    words: 'so this is a guess',
    why: 'it takes an hour of fields that are too long, in a table that others read',
  },
  {
    file: 'simulator/azure',
    words: 'The text of the message is not documented',
    why: 'it takes a transformation that fails; only the table of the message is used, not its text',
  },
  {
    file: 'simulator/azure',
    words: 'As seen in the field',
    why: 'it takes a table of the other kind; an audit finds the missing rows whatever the text is',
  },
  {
    file: 'simulator/azure',
    words: 'has been documented both ways',
    why: 'it takes a workspace that has reached its daily cap',
  },
  {
    file: 'simulator/azure',
    words: 'As seen in the field',
    why: 'it takes more than 500,000 rows or 100 MB in one answer',
  },
  {
    file: 'simulator/azure/operations',
    words: 'Its text is not documented',
    why: 'it takes 80 % of the ingestion rate limit of a workspace',
  },
];
