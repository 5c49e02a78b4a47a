/** What a user agent says: operating system, device and browser. */
import UAParser from 'my-ua-parser';

export interface UserAgent {
  readonly os?: string;
  readonly osVersion?: string;
  readonly device?: string;
  readonly browser?: string;
  readonly browserVersion?: string;
  /** Undefined when neither the system nor the browser is recognized. */
  readonly isMobile?: boolean;
}

/** Longer agents are cut before they are read: the text is the caller's, and reading it costs time. */
const MAX_CHARACTERS = 1024;
const MAX_CACHED = 500;
const cache = new Map<string, UserAgent>();

/**
 * Reads a user agent: a browser's own, or Auth0's short form such as `Chrome 86.0.4240 / Mac OS X 10.15.6`.
 * Only what is recognized is set; versions are as the agent gives them. Never throws. Agents repeat, so the
 * last ones are remembered.
 */
export function userAgent(text: string): UserAgent {
  const agent = text.slice(0, MAX_CHARACTERS);
  const known = cache.get(agent);
  if (known) return known;
  const parsed = shortForm(agent) ?? longForm(agent);
  const oldest = cache.size < MAX_CACHED ? undefined : cache.keys().next().value;
  if (oldest !== undefined) cache.delete(oldest);
  cache.set(agent, parsed);
  return parsed;
}

/**
 * Auth0's short form is what npm `useragent` 2.3.0 prints, `FAMILY VERSION / FAMILY VERSION`: `Other` and `0.0.0` stand for
 * what it did not recognize. A family may contain a slash, parentheses, dots and digits. A version has three parts, of
 * which the last may be a word: `4.0 b8`. https://github.com/3rd-Eden/useragent/blob/master/index.js
 */
function shortForm(agent: string): UserAgent | undefined {
  const [left = '', right = '', ...more] = windows(agent) ? ['Other 0.0.0', agent] : agent.split(' / ');
  const browser = named(left);
  const os = windows(right) ?? named(right);
  if (!browser || !os || more.length > 0) return undefined;
  const nothing = browser.name === 'Other' && os.name === 'Other';
  return {
    ...(os.name === 'Other' ? {} : { os: os.name === 'Mac OS X' ? 'Mac OS' : os.name }),
    ...version('osVersion', os.version),
    ...(browser.name === 'Other' ? {} : { browser: browser.name }),
    ...version('browserVersion', browser.version),
    ...(nothing ? {} : { isMobile: MOBILE.test(agent) }),
  };
}

interface Named {
  readonly name: string;
  readonly version: string;
}

const NAMED = /^(.{1,60}?) (\d[\w.]{0,30}(?: [a-z]\w{0,15})?)$/i;

function named(text: string): Named | undefined {
  const [, name, number] = NAMED.exec(text) ?? [];
  return name === undefined || number === undefined ? undefined : { name, version: number };
}

/** The version of Windows is a word or a number, and `.0.0` or ` 0.0.0` is appended to it: `Windows XP.0.0`. */
const WINDOWS = /^Windows ((?:[NR]T )?(?:XP|Vista|ME|CE|NT|RT|[1-9][\d.]{0,9}?))(?: 0)?\.0\.0$/;

function windows(text: string): Named | undefined {
  const [, number] = WINDOWS.exec(text) ?? [];
  return number === undefined ? undefined : { name: 'Windows', version: number };
}

const MOBILE =
  /mobile|android|\bios\b|phone|ipad|blackberry|symbian|nokia|bada|\bbrew\b|maemo|meego|firefox os|windows ce/i;

const version = (key: 'osVersion' | 'browserVersion', value: string) =>
  /^[0.]*$/.test(value) ? {} : { [key]: value };

const MOBILE_TYPES: readonly (string | undefined)[] = ['mobile', 'tablet', 'wearable'];

function longForm(agent: string): UserAgent {
  try {
    const parser = new UAParser(agent);
    const os = parser.getOS();
    const browser = parser.getBrowser();
    // Without either, the parser takes `python-requests` for a Meta Quest.
    if (!os.name && !browser.name) return {};
    const device = parser.getDevice();
    return {
      ...(os.name && { os: os.name }),
      ...(os.version && { osVersion: os.version }),
      ...((device.vendor || device.model) && {
        device: [device.vendor, device.model].filter(Boolean).join(' '),
      }),
      ...(browser.name && { browser: browser.name }),
      ...(browser.version && { browserVersion: browser.version }),
      isMobile: MOBILE_TYPES.includes(device.type),
    };
  } catch {
    return {};
  }
}
