/** Causes that every destination shares. */
import type { Cause } from '../core/cause.ts';

export const PAGE: Cause = {
  name: 'proxy',
  answer: 'an HTML page instead of JSON',
  means: 'a proxy or a firewall answers, and not Azure',
  remedy: 'let the requests to {address} pass unchanged: see the proxy, the firewall or the private endpoint',
  next: 'next run',
  is: ({ isPage }) => isPage === true,
};

/** https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap: posts are accepted as before. */
export const DAILY_CAP: Cause = {
  name: 'daily-cap',
  answer: 'success, and no rows in the table',
  means: 'the workspace’s daily cap is reached: Azure drops what it accepts until the cap is reset',
  remedy: 'raise the cap, then run "backfill" for the time in which it was reached',
  next: 'next run',
  is: () => false,
};
