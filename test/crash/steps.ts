/** Every step at which a process may die and leave something half done, as seen from the servers. */
import type { CallName } from './calls.ts';
import type { Moment } from './relay.ts';

export interface Step {
  readonly title: string;
  readonly of: 'ship' | 'replay';
  readonly call: CallName;
  readonly moment: Moment;
  /**
   * What Azure does at the time: it takes all, throttles one post, refuses one record of the first batch, or takes half of
   * a batch and throttles then.
   */
  readonly azure: 'well' | 'throttles' | 'rejects' | 'takes half';
  /** Logs that Auth0 shows only now lie behind the checkpoint, and the look back is due. */
  readonly isLate?: boolean;
  /** The call is counted only after the answer to this one. */
  readonly after?: CallName;
  /**
   * Whether logs must arrive twice: Azure had taken them, and nothing yet remembered it. 'perhaps' where it depends
   * on how far other batches were, that are delivered beside the first.
   */
  readonly twice: 'yes' | 'no' | 'perhaps';
}

type Row = readonly [
  title: string,
  call: CallName,
  moment: Moment,
  azure: Step['azure'],
  twice: Step['twice'],
  after?: CallName,
];

const ship: readonly Row[] = [
  ['before the lease is taken', 'acquire', 'arrived', 'well', 'no'],
  ['after the lease is taken, before its answer', 'acquire', 'applied', 'well', 'no'],
  ['after the answer that the lease is taken', 'acquire', 'answered', 'well', 'no'],
  ['before a page is served', 'page', 'arrived', 'well', 'no'],
  ['after a page is served', 'page', 'answered', 'well', 'no'],
  ['before a post reaches Azure', 'post', 'arrived', 'well', 'no'],
  ['after a post is accepted, before its answer', 'post', 'applied', 'well', 'yes'],
  ['after the answer to a post', 'post', 'answered', 'well', 'yes'],
  ['before the checkpoint of an accepted batch is saved', 'save', 'arrived', 'well', 'yes'],
  ['after the checkpoint is saved, before its answer', 'save', 'applied', 'well', 'perhaps'],
  ['after the answer that the checkpoint is saved', 'save', 'answered', 'well', 'perhaps'],
  ['before a batch reaches the retry queue', 'put retry', 'arrived', 'throttles', 'perhaps'],
  ['after the retry queue holds a batch, before its answer', 'put retry', 'applied', 'throttles', 'yes'],
  ['after the retry queue’s answer', 'put retry', 'answered', 'throttles', 'yes'],
  ['between retry queue and checkpoint', 'save', 'arrived', 'throttles', 'yes', 'put retry'],
  [
    'after the checkpoint of a batch on the retry queue is saved',
    'save',
    'applied',
    'throttles',
    'perhaps',
    'put retry',
  ],
  ['before a culprit reaches the dead-letter queue', 'put dead-letter', 'arrived', 'rejects', 'yes'],
  ['after the dead-letter queue holds a culprit', 'put dead-letter', 'applied', 'rejects', 'yes'],
  ['after the dead-letter queue’s answer', 'put dead-letter', 'answered', 'rejects', 'yes'],
  ['between dead-letter queue and checkpoint', 'save', 'arrived', 'rejects', 'yes', 'put dead-letter'],
  ['before the lease is released', 'release', 'arrived', 'well', 'no'],
  ['after the lease is released, before its answer', 'release', 'applied', 'well', 'no'],
];

const replay: readonly Row[] = [
  ['before a post reaches Azure', 'post', 'arrived', 'well', 'no'],
  ['after a post is accepted, before the message is deleted', 'post', 'applied', 'well', 'yes'],
  ['after its work is done, before the message is deleted', 'result', 'arrived', 'well', 'yes'],
  ['before a culprit reaches the dead-letter queue', 'put dead-letter', 'arrived', 'rejects', 'yes'],
  ['after the dead-letter queue holds a culprit', 'put dead-letter', 'applied', 'rejects', 'yes'],
  ['between dead-letter queue and the message’s deletion', 'result', 'arrived', 'rejects', 'yes'],
  ['before the rest of a message reaches the retry queue', 'put retry', 'arrived', 'takes half', 'yes'],
  ['after the retry queue holds the rest of a message', 'put retry', 'applied', 'takes half', 'yes'],
  ['between the rest of a message and its deletion', 'result', 'arrived', 'takes half', 'yes'],
  ['before a message is postponed', 'postpone', 'arrived', 'throttles', 'no'],
  ['after a message is postponed', 'postpone', 'applied', 'throttles', 'no'],
];

const lookBack: readonly Row[] = [
  ['in the look back, before a page is served', 'page', 'arrived', 'well', 'no', 'page'],
  ['in the look back, after a page is served', 'page', 'answered', 'well', 'no', 'page'],
  ['before the post of a late log reaches Azure', 'post', 'arrived', 'well', 'no'],
  ['after a late log is accepted, before the answer', 'post', 'applied', 'well', 'yes'],
  ['after the answer to the post of a late log', 'post', 'answered', 'well', 'yes'],
  ['before the look back is remembered', 'release', 'arrived', 'well', 'yes'],
  ['after the look back is remembered, before the answer', 'release', 'applied', 'well', 'no'],
];

const firstRun: readonly Row[] = [
  ['before the first checkpoint of all is saved', 'save', 'arrived', 'well', 'yes'],
  ['after the first checkpoint of all is saved, before its answer', 'save', 'applied', 'well', 'perhaps'],
];

const stepOf =
  (of: Step['of']) =>
  ([title, call, moment, azure, twice, after]: Row): Step => ({
    title,
    of,
    call,
    moment,
    azure,
    twice,
    ...(after ? { after } : {}),
  });

export const SHIP_STEPS: readonly Step[] = ship.map(stepOf('ship'));
export const REPLAY_STEPS: readonly Step[] = replay.map(stepOf('replay'));
export const LOOK_BACK_STEPS: readonly Step[] = lookBack.map(row => ({
  ...stepOf('ship')(row),
  isLate: true,
}));
/** Of a pipeline that never ran: where it begins is saved before anything is read. */
export const FIRST_RUN_STEPS: readonly Step[] = firstRun.map(stepOf('ship'));
