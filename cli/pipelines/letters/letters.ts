/** Dead letters as an operator sees them, and which of them the options choose. */
import { decodeFailedBatch, type FailedBatch } from '../../../lambda/core/failed-batch.ts';
import type { DeadLetter, Operated, Target } from '../operated.ts';

export interface Letter {
  readonly pipeline: string;
  /** As the queue has it. */
  readonly id: string;
  readonly sentAtMs: number;
  readonly sizeBytes: number;
  /** Undefined when it is not a failed batch. */
  readonly batch?: Omit<FailedBatch, 'records' | 'version' | 'encoding' | 'pipeline'>;
  /** Why it cannot be delivered by this pipeline, whatever Azure says. */
  readonly problem?: string;
}

/** A letter and its description. */
export interface Looked {
  readonly raw: DeadLetter;
  readonly letter: Letter;
}

/** What the options choose. */
export interface Choice {
  readonly reason?: string | undefined;
  readonly sinceMs?: number | undefined;
  readonly max: number;
}

const SHORT_ID_CHARACTERS = 8;

/** Every dead letter of a pipeline, each once, whatever the queue does. */
export async function* lookAt(pipeline: Operated): AsyncGenerator<Looked> {
  const seen = new Set<string>();
  const accepted = [pipeline.config.name, ...acceptedBy(pipeline)];
  for await (const raw of pipeline.queues.deadLetters()) {
    if (seen.has(raw.id)) continue;
    seen.add(raw.id);
    yield { raw, letter: letterOf(raw, pipeline.config.name, accepted) };
  }
}

/** Names besides its own by which a pipeline takes failed batches. */
export const acceptedBy = ({ config, accepts = [] }: Operated): readonly string[] => [
  ...config.previousNames,
  ...accepts,
];

function letterOf(
  { id, message, sentAtMs }: DeadLetter,
  pipeline: string,
  accepted: readonly string[],
): Letter {
  const common = { pipeline, id, sentAtMs, sizeBytes: Buffer.byteLength(message) };
  const decoded = decodeFailedBatch(message);
  if (decoded.kind === 'undecodable') {
    return { ...common, problem: `it is not a failed batch: ${decoded.problem}` };
  }
  const { records, version, encoding, pipeline: owner, ...batch } = decoded.batch;
  if (accepted.includes(owner)) return { ...common, batch };
  return { ...common, batch, problem: `it belongs to pipeline "${owner}"` };
}

/** Whether `reason` and `sinceMs` mean it. Of what is not a failed batch, the reason is "undecodable". */
export function isChosen(letter: Letter, { reason, sinceMs }: Choice): boolean {
  if (sinceMs !== undefined && failedAtMs(letter) < sinceMs) return false;
  if (reason === undefined) return true;
  const wanted = reason.toLowerCase();
  return reasonsOf(letter).some(one => one.toLowerCase() === wanted);
}

/** What `--reason` may say of it: verdict, HTTP status, code. */
export function reasonsOf({ batch }: Letter): string[] {
  if (!batch) return ['undecodable'];
  const { verdict, status, code } = batch.reason;
  return [verdict, status, code].filter(part => part !== undefined).map(String);
}

/** In words: `rejected 400 InvalidDataFormat`. */
export const reasonText = (letter: Letter): string => reasonsOf(letter).join(' ');

/** When it was put aside: a batch that waited on the retry queue before keeps the time of its first failure. */
export function failedAtMs({ batch, sentAtMs }: Letter): number {
  const ms = Date.parse(batch?.failedAt ?? '');
  return Number.isNaN(ms) ? sentAtMs : ms;
}

/** The part of the id that is not the time, which the ids of a state directory begin with. */
const ownId = (id: string) => id.replace(/^\d{13}-/, '');

export const shortId = ({ id }: Letter): string => ownId(id).slice(0, SHORT_ID_CHARACTERS);

/** Whether `prefix` begins its id, its short id or its batch's id, which the pipeline's own log lines name. */
export function isNamed({ id, batch }: Letter, prefix: string): boolean {
  const wanted = prefix.toLowerCase();
  return [id, ownId(id), batch?.batchId].some(one => one?.toLowerCase().startsWith(wanted));
}

export interface Survey {
  /** In the order of pipelines and queues, `max` at most. */
  readonly chosen: readonly Letter[];
  /** On the queues altogether. */
  readonly seen: number;
  /** What `--reason` could have said. */
  readonly reasons: ReadonlySet<string>;
}

/** A look at every dead letter, which changes nothing. Ends early, with what was seen, when it is stopped. */
export async function survey(
  target: Target,
  choice: Choice,
  stop: AbortSignal,
  onSeen: (letters: number) => void,
): Promise<Survey> {
  const chosen: Letter[] = [];
  const reasons = new Set<string>();
  let seen = 0;
  for (const pipeline of target.pipelines) {
    for await (const { letter } of lookAt(pipeline)) {
      if (stop.aborted) return { chosen, seen, reasons };
      seen++;
      for (const reason of reasonsOf(letter)) reasons.add(reason);
      if (isChosen(letter, choice) && chosen.length < choice.max) chosen.push(letter);
      onSeen(seen);
    }
  }
  return { chosen, seen, reasons };
}

/** Those whose id begins so, or whose batch's does. */
export async function lettersNamed(target: Target, prefix: string): Promise<readonly Looked[]> {
  const found: Looked[] = [];
  for (const pipeline of target.pipelines) {
    for await (const looked of lookAt(pipeline)) if (isNamed(looked.letter, prefix)) found.push(looked);
  }
  return found;
}

export const logsIn = (letters: readonly Letter[]): number =>
  letters.reduce((sum, { batch }) => sum + (batch?.count ?? 0), 0);
