/** What a question of `acceptance` is, and what can be heard. */
import type { Clock } from '../../lambda/core/model.ts';
import type { Auth0Asked } from './auth0.ts';
import type { PostsAsked } from './posts.ts';
import type { StackAsked } from './stack.ts';
import type { WorkspaceAsked } from './workspace.ts';

/** `confirmed`: as documents and simulators assume. `unclear`: an answer that shows neither. */
export type Outcome = 'confirmed' | 'refuted' | 'unclear' | 'not-asked';

/** `observed` holds statuses, names of headers, counts and times: never a text of a log, a secret, or a name of the account. */
export interface Heard {
  readonly outcome: Outcome;
  readonly observed: string;
}

/** Where a document or a simulator says that something is not known. */
export interface Mark {
  /** Or a folder. */
  readonly file: string;
  readonly words: string;
}

export interface Question {
  readonly id: string;
  readonly vendor: 'Auth0' | 'Azure' | 'AWS';
  readonly asks: string;
  /** What this project assumes: the answer `confirmed`. */
  readonly assumes: string;
  /** The page or file that states it. */
  readonly fact: string;
  /** The setting of the simulators that plays it, both ways. */
  readonly setting: string;
  readonly marks: readonly Mark[];
  /** What is changed in the account, as a clause after "it". Nothing is when absent. */
  readonly writes?: string;
  /** At most, at list prices. */
  readonly dollars: number;
  ask(asking: Asking): Promise<Heard>;
}

/** A part of the account, or why it cannot be asked, as a clause. */
export type Part<T> = T | string;

export interface Asking {
  readonly clock: Clock;
  readonly stop: AbortSignal;
  readonly auth0: Part<Auth0Asked>;
  readonly posts: Part<PostsAsked>;
  readonly workspace: Part<WorkspaceAsked>;
  readonly stack: Part<StackAsked>;
  /** How long ids are watched; a role after its assignment, 0 when there is none. */
  readonly watchMs: number;
  readonly roleMs: number;
  /** A question to the person at the terminal; undefined where there is none. */
  readonly person?: (question: string) => Promise<boolean>;
}

type Own = Omit<Question, 'vendor' | 'ask'>;

/** A question to one part of the account; not asked where that part is out of reach. */
export function questionTo<P extends 'auth0' | 'posts' | 'workspace' | 'stack'>(
  part: P,
  own: Own,
  ask: (asked: Exclude<Asking[P], string>, asking: Asking) => Promise<Heard>,
): Question {
  const vendors = { auth0: 'Auth0', posts: 'Azure', workspace: 'Azure', stack: 'AWS' } as const;
  return {
    ...own,
    vendor: vendors[part],
    ask: async asking => {
      const asked = asking[part];
      if (typeof asked === 'string') return notAsked(asked);
      return ask(asked as Exclude<Asking[P], string>, asking);
    },
  };
}

export const confirmed = (observed: string): Heard => ({ outcome: 'confirmed', observed });
export const refuted = (observed: string): Heard => ({ outcome: 'refuted', observed });
export const unclear = (observed: string): Heard => ({ outcome: 'unclear', observed });
export const notAsked = (observed: string): Heard => ({ outcome: 'not-asked', observed });
