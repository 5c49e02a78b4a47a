import fc from 'fast-check';
import { expect, test } from 'vitest';
import { userAgent } from '../../../lambda/core/record/user-agent.ts';

const CHROME_MAC =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/113.0.0.0 Safari/537.36';
const SAFARI_IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 14_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.1 Mobile/15E148 Safari/604.1';
const FIREFOX_WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/118.0';

test('a browser on a desktop is read', () => {
  expect(userAgent(CHROME_MAC)).toEqual({
    os: 'Mac OS',
    osVersion: '10.15.7',
    device: 'Apple Macintosh',
    browser: 'Chrome',
    browserVersion: '113.0.0.0',
    isMobile: false,
  });
  expect(userAgent(FIREFOX_WINDOWS)).toEqual({
    os: 'Windows',
    osVersion: '10',
    browser: 'Firefox',
    browserVersion: '118.0',
    isMobile: false,
  });
});

test('a telephone is mobile and named as a device', () => {
  expect(userAgent(SAFARI_IPHONE)).toEqual({
    os: 'iOS',
    osVersion: '14.2',
    device: 'Apple iPhone',
    browser: 'Mobile Safari',
    browserVersion: '14.0.1',
    isMobile: true,
  });
});

test.each([
  [
    'Chrome 86.0.4240 / Mac OS X 10.15.6',
    { os: 'Mac OS', osVersion: '10.15.6', browser: 'Chrome', browserVersion: '86.0.4240', isMobile: false },
  ],
  [
    'Mobile Safari 13.1.2 / iOS 13.7.0',
    {
      os: 'iOS',
      osVersion: '13.7.0',
      browser: 'Mobile Safari',
      browserVersion: '13.1.2',
      isMobile: true,
    },
  ],
  [
    'IE 9.0.0 / Windows 7 0.0.0',
    { os: 'Windows', osVersion: '7', browser: 'IE', browserVersion: '9.0.0', isMobile: false },
  ],
  ['Other 0.0.0 / Android 9.0.0', { os: 'Android', osVersion: '9.0.0', isMobile: true }],
  ['Chrome 86.0.4240 / Other 0.0.0', { browser: 'Chrome', browserVersion: '86.0.4240', isMobile: false }],
  ['Other 0.0.0 / Other 0.0.0', {}],
])('Auth0’s short form "%s" is read', (agent, parsed) => {
  expect(userAgent(agent)).toEqual(parsed);
});

/**
 * How npm `useragent` 2.3.0 (MIT) names what it recognizes, one of each kind of its 330 families of browsers, and its
 * families of systems and versions of Windows, all of them: lib/regexps.js. Auth0's short form is made of these.
 */
const BROWSERS =
  'Chrome|Chrome Mobile iOS|Mobile Safari UI/WKWebView|Firefox (Minefield)|Nokia Services (WAP) Browser|UP.Browser|Seznam.cz|Mail.ru Chromium Browser|The Bat!|MyIE2|008|IE Large Screen|Opera Mini'.split(
    '|',
  );
const MOBILE_SYSTEMS =
  'Android|BREW|Bada|BlackBerry OS|BlackBerry Tablet OS|Brew MP|Firefox OS|Maemo|MeeGo|Nokia Series 30 Plus|Nokia Series 40|Symbian OS|Symbian^3|Symbian^3 Anna|Symbian^3 Belle|Windows Mobile|Windows Phone|iOS'.split(
    '|',
  );
const OTHER_SYSTEMS =
  'ATV OS X|Arch Linux|CentOS|Chrome OS|Chromecast|Debian|Fedora|FireHbbTV|FreeBSD|Gentoo|GoogleTV|Kindle|Kubuntu|LG|Linux|Linux Mint|Mac OS|Mageia|Mandriva|PCLinuxOS|Philips|Red Hat|Roku|Samsung|Slackware|Solaris|Tizen|Ubuntu|VRE|WeTab|Web0S|WebTV|openSUSE|tvOS|webOS'.split(
    '|',
  );
const WINDOWS = 'XP|Vista|ME|CE|NT|RT|RT 8.1|NT 4.0|3.1|95|98|2000|7|8|8.1|10'.split('|');

test.each(BROWSERS)('of the short form the browser "%s" is read', browser => {
  const read = { os: 'Linux', osVersion: '6.1.0', browser };
  expect(userAgent(`${browser} 17.5.1 / Linux 6.1.0`)).toMatchObject({ ...read, browserVersion: '17.5.1' });
  expect(userAgent(`${browser} 4.0 b8 / Linux 6.1.0`)).toMatchObject({ ...read, browserVersion: '4.0 b8' });
});

test.each([
  ...MOBILE_SYSTEMS.map(os => [os, true] as const),
  ...OTHER_SYSTEMS.map(os => [os, false] as const),
])('of the short form the system "%s" is read', (os, isMobile) => {
  const browser = { browser: 'UC Browser', browserVersion: '1.2.3' };
  const read = { os, osVersion: '4.5.6', isMobile, ...browser };
  expect(userAgent(`UC Browser 1.2.3 / ${os} 4.5.6`)).toEqual(read);
});

test.each(WINDOWS)('of the short form Windows %s is read, whose version carries .0.0', osVersion => {
  const isMobile = osVersion === 'CE';
  const read = { os: 'Windows', osVersion, browser: 'IE', browserVersion: '9.0.0', isMobile };
  expect(userAgent(`IE 9.0.0 / Windows ${osVersion}.0.0`)).toEqual(read);
  expect(userAgent(`IE 9.0.0 / Windows ${osVersion} 0.0.0`)).toEqual(read);
  expect(userAgent(`Windows ${osVersion}.0.0`)).toEqual({ os: 'Windows', osVersion, isMobile });
});

test('three parts are not the short form', () => {
  expect(userAgent('a 1.0.0 / b 2.0.0 / c 3.0.0')).toEqual({});
});

test.each(['', 'python-requests/2.25', 'curl/7.68.0', '???', '\ud800', '[redacted]'])(
  'of "%s" nothing is claimed',
  agent => {
    expect(userAgent(agent)).toEqual({});
  },
);

test('only the first kilobyte of an agent is read', () => {
  expect(userAgent(`${CHROME_MAC}${' '.repeat(2_000)}`).browser).toBe('Chrome');
  expect(userAgent(`${' '.repeat(2_000)}${CHROME_MAC}`)).toEqual({});
});

test('an agent is read once while it is remembered, and at most 500 are', () => {
  const first = userAgent(CHROME_MAC);
  expect(userAgent(CHROME_MAC)).toBe(first);
  for (let i = 0; i < 500; i++) userAgent(`Chrome 1.0.${i} / Linux 1.0.0`);
  expect(userAgent(CHROME_MAC)).not.toBe(first);
  expect(userAgent(CHROME_MAC)).toEqual(first);
});

test('whatever the text, it does not throw, and gives texts that are not empty', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.nat(0xffff).map(code => String.fromCharCode(code)) }), agent => {
      const { isMobile, ...texts } = userAgent(agent);
      expect(['boolean', 'undefined']).toContain(typeof isMobile);
      for (const text of Object.values(texts)) expect(text).toMatch(/./s);
    }),
  );
});
