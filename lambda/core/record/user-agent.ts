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

/** `browser version / system version`, where `Other` and `0.0.0` stand for what Auth0 did not recognize. */
const SHORT_FORM = /^([^/]{1,60}) (\d[\d.]{0,30}) \/ ([^/]{1,60}) (\d[\d.]{0,30})$/;

function shortForm(agent: string): UserAgent | undefined {
  const match = SHORT_FORM.exec(agent);
  if (!match) return undefined;
  const [, browser = '', browserVersion = '', system = '', systemVersion = ''] = match;
  // In this form Windows carries its version in its name: `Windows 10 0.0.0`.
  const [, os = system, inName = systemVersion] = /^(Windows) (XP|Vista|\d\S*)$/.exec(system) ?? [];
  const nothing = browser === 'Other' && os === 'Other';
  return {
    ...(os === 'Other' ? {} : { os: os === 'Mac OS X' ? 'Mac OS' : os }),
    ...version('osVersion', inName),
    ...(browser === 'Other' ? {} : { browser }),
    ...version('browserVersion', browserVersion),
    ...(nothing ? {} : { isMobile: /mobile|android|\bios\b|phone|ipad/i.test(`${browser} ${os}`) }),
  };
}

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
