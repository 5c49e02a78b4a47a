/**
 * What an answer from Azure means. The one table of it.
 * https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#return-codes
 * https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview
 */
import type { DestinationKind, Fault, PostAnswer, Reason } from './model.ts';

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
/** The Data Collector documents 200, the Logs Ingestion API 204; 202 is tolerated. A code beside them says that the body is not Azure's. */
const ACCEPTED = new Set([200, 202, 204]);

/** The Data Collector answers 404 both to a wrong address and to a body that is too large: below this it is the address. */
const SMALL_BODY_BYTES = 65_536;

/** Above this, a connection closed while sending may be the Data Collector's way to say "too large". */
const LARGE_BODY_BYTES = 1_000_000;
const CLOSED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

const CONFIGURATION_CODES = new Set([
  'InactiveCustomer',
  'InvalidApiVersion',
  'InvalidCustomerId',
  'InvalidLogType',
  'MissingApiVersion',
  'MissingContentType',
  'MissingLogType',
  'UnsupportedContentType',
]);
/** The Logs Ingestion API's codes are not listed anywhere: an unknown DCR, stream or api-version names itself. */
const CONFIGURATION_CODE = /stream|dcr|datacollectionrule|immutableid|api-?version/i;

/** The verdict on one post of `records` records in `bytes` bytes. */
export function judge(
  destination: DestinationKind,
  answer: PostAnswer,
  size: { readonly bytes: number; readonly records: number },
): Verdict {
  if (answer.kind === 'unauthorised') return { kind: 'fault', fault: answer.fault };
  const dataCollector = destination === 'data-collector';
  if (answer.kind === 'unanswered') {
    if (dataCollector && CLOSED.has(answer.code) && size.bytes > LARGE_BODY_BYTES && size.records > 1) {
      return { kind: 'too-large', reason: { ...words(answer), verdict: 'rejected' } };
    }
    return { kind: 'fault', fault: { ...words(answer), verdict: 'unavailable' } };
  }
  const { status, code = '' } = answer;
  if (ACCEPTED.has(status) && code === '') return { kind: 'accepted' };
  if (status >= 200 && status < 300) return { kind: 'fault', fault: intercepted(answer) };
  if (status === 413 || (status === 404 && dataCollector && size.bytes > SMALL_BODY_BYTES)) {
    return { kind: 'too-large', reason: { ...words(answer), verdict: 'rejected' } };
  }
  if (status === 429) return { kind: 'fault', fault: { ...words(answer), verdict: 'throttled' } };
  if (status === 408 || status >= 500) {
    return { kind: 'fault', fault: { ...words(answer), verdict: 'unavailable' } };
  }
  const configuration = CONFIGURATION_CODES.has(code) || (!dataCollector && CONFIGURATION_CODE.test(code));
  if (status === 400 && !configuration) {
    return { kind: 'rejected', reason: { ...words(answer), verdict: 'rejected' } };
  }
  return { kind: 'fault', fault: { ...words(answer), verdict: 'denied' }, isConfiguration: configuration };
}

/** Whether a new secret or token may help: Azure or Entra refused the credentials. */
export function isAboutCredentials(answer: PostAnswer): boolean {
  if (answer.kind === 'unauthorised') return answer.fault.verdict === 'denied';
  return answer.kind === 'answered' && (answer.status === 401 || answer.status === 403);
}

/** Whether Azure took the records is unknown. */
function intercepted({ status, message }: Extract<PostAnswer, { kind: 'answered' }>): Fault {
  return {
    verdict: 'intercepted',
    status,
    code: NOT_AZURE,
    message: `an answer came back that is not Azure's: ${message ?? status}; find the proxy, gateway or firewall between this pipeline and Azure, and let it pass the traffic unchanged`,
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
