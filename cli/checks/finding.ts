/** What the checks of `doctor` find. */
import { withoutRemedy } from '../../lambda/core/cause.ts';
import type { Fault } from '../../lambda/core/model.ts';

export type Level = 'ok' | 'warning' | 'error' | 'not checked';

export interface Finding {
  /** The check's name, the same in every version: scripts may look for it. */
  readonly check: string;
  readonly level: Level;
  /** What was seen, in a sentence without a secret, a token or a log. */
  readonly text: string;
  /** What to do. After a line break, each line is a command, to be copied as it is. */
  readonly remedy?: string;
}

/** Findings of the check with this name. */
export function about(check: string) {
  const finding = (level: Level, text: string, remedy?: string): Finding => ({
    check,
    level,
    text,
    ...(remedy === undefined ? {} : { remedy }),
  });
  return {
    ok: (text: string) => finding('ok', text),
    warning: (text: string, remedy: string) => finding('warning', text, remedy),
    error: (text: string, remedy: string) => finding('error', text, remedy),
    /** `text` says why it could not be looked at. */
    unchecked: (text: string, remedy?: string) => finding('not checked', text, remedy),
  };
}

/** Whether what depends on this check may be looked at. */
export const isUsable = ({ level }: Finding): boolean => level === 'ok' || level === 'warning';

/** Splits one of our sentences, "what is wrong; what to do". A vendor's text stands in brackets and is not split. */
export function sentenceParts(sentence: string): { text: string; remedy?: string } {
  const bracket = sentence.search(/(?<=\)); /);
  const end = bracket >= 0 ? bracket : sentence.indexOf('; ');
  return end < 0 ? { text: sentence } : { text: sentence.slice(0, end), remedy: sentence.slice(end + 2) };
}

/**
 * A vendor's fault as text and remedy.
 * @param settings the settings of the configuration that decide who is asked
 */
export function partsOf(fault: Fault, vendor: string, settings: string): { text: string; remedy: string } {
  const { message, code = '', verdict, status, remedy } = fault;
  if (remedy !== undefined) return { text: withoutRemedy(message, remedy), remedy };
  // What a vendor has said may hold a "; " of its own.
  const parts = status === undefined ? sentenceParts(message) : { text: message };
  return {
    text: parts.text,
    remedy: parts.remedy ?? remedyFor(verdict, code, status !== undefined, vendor, settings),
  };
}

function remedyFor(
  verdict: Fault['verdict'],
  code: string,
  answered: boolean,
  vendor: string,
  settings: string,
): string {
  if (verdict === 'throttled') {
    return `other callers use up ${vendor}’s rate limit; wait a minute, run this again, and find out who else calls`;
  }
  if (verdict === 'denied') return `check ${settings}`;
  if (answered) {
    return `wait, and check ${vendor}’s status page; the pipeline continues automatically, and no log is lost`;
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(code)) {
    return `the host is unknown: check ${settings}, and this machine’s DNS`;
  }
  if (/CERT|SIGNATURE|TLS|SSL/.test(code)) {
    return 'something on the network path, such as a proxy, breaks TLS: check this machine’s network, or set NODE_EXTRA_CA_CERTS';
  }
  return `check this machine’s network, proxy and firewall; if they work, check ${vendor}’s status page`;
}
