/** What an answer to a post means: the same for every destination, but for the few things that its AnswerMeaning says. */
import { remedied } from './cause.ts';
import type { AnswerMeaning, Fault, PostAnswer, Reason } from './model.ts';

export type Verdict =
  | { readonly kind: 'accepted' }
  /** The records' own fault: bisect, dead-letter the culprits. */
  | { readonly kind: 'rejected'; readonly reason: Reason }
  /** Too many bytes at once: split; a single record that is too large is a culprit. */
  | { readonly kind: 'too-large'; readonly reason: Reason }
  /** Not the records' fault; `isConfiguration`: Azure names the setting, so that no record can be at fault. */
  | { readonly kind: 'fault'; readonly fault: Fault; readonly isConfiguration?: boolean };

/** The code of an answer that something between us and Azure gave in its place. */
export const NOT_AZURE = 'NOT_AZURE';

/** The verdict on one post of `records` records in `bytes` bytes. */
export function judge(
  meaning: AnswerMeaning,
  answer: PostAnswer,
  size: { readonly bytes: number; readonly records: number },
): Verdict {
  if (answer.kind === 'unauthorised') return { kind: 'fault', fault: answer.fault };
  if (meaning.isTooLarge(answer, size)) {
    return { kind: 'too-large', reason: { ...words(answer), verdict: 'rejected' } };
  }
  if (answer.kind === 'unanswered') {
    return { kind: 'fault', fault: { ...words(answer), verdict: 'unavailable' } };
  }
  const { status, code = '' } = answer;
  if (meaning.accepted.has(status) && code === '') return { kind: 'accepted' };
  if (status >= 200 && status < 300) return { kind: 'fault', fault: intercepted(answer) };
  if (status === 413) return { kind: 'too-large', reason: { ...words(answer), verdict: 'rejected' } };
  if (status === 429) return { kind: 'fault', fault: { ...words(answer), verdict: 'throttled' } };
  if (status === 408 || status >= 500) {
    return { kind: 'fault', fault: { ...words(answer), verdict: 'unavailable' } };
  }
  const isConfiguration = meaning.isConfiguration(code);
  const remedy = meaning.remedyOf?.(answer);
  if (status === 400 && !isConfiguration) {
    // Of the records alone: their message says what is wrong with them.
    return { kind: 'rejected', reason: { ...words(answer), verdict: 'rejected', ...(remedy && { remedy }) } };
  }
  const said = words(answer);
  const fault = { ...said, ...remedied(said.message, remedy), verdict: 'denied' } as const;
  return { kind: 'fault', fault, isConfiguration };
}

/** Whether a new secret or token may help: Azure or Entra refused the credentials. */
export function isAboutCredentials(answer: PostAnswer): boolean {
  if (answer.kind === 'unauthorised') return answer.fault.verdict === 'denied';
  return answer.kind === 'answered' && (answer.status === 401 || answer.status === 403);
}

const LET_IT_PASS =
  'configure the proxy, gateway or firewall between this pipeline and Azure to pass the traffic unchanged';

/** Whether Azure took the records is unknown. */
function intercepted({ status, message }: Extract<PostAnswer, { kind: 'answered' }>): Fault {
  return {
    verdict: 'intercepted',
    status,
    code: NOT_AZURE,
    ...remedied(`the answer is not from Azure: ${message ?? status}`, LET_IT_PASS),
  };
}

function words(answer: Extract<PostAnswer, { kind: 'answered' | 'unanswered' }>): Omit<Reason, 'verdict'> {
  const { code, message } = answer;
  if (answer.kind === 'unanswered') return { code: answer.code, message: `Azure did not answer: ${message}` };
  return {
    status: answer.status,
    ...(code ? { code } : {}),
    message: message || `Azure answered ${answer.status}${code ? ` ${code}` : ''}`,
    ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
  };
}
