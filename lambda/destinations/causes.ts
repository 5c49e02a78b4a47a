/** Causes that all destinations share. */
import type { Cause } from '../core/cause.ts';

export const PAGE: Cause = {
  name: 'proxy',
  answer: 'an HTML page instead of JSON',
  means: 'a proxy or firewall answered instead of Azure',
  remedy: 'let requests to {address} pass unchanged through the proxy, firewall or private endpoint',
  next: 'next run',
  is: ({ isPage }) => isPage === true,
};

/** https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap: posts are accepted as before. */
export const DAILY_CAP: Cause = {
  name: 'daily-cap',
  answer: 'success, but no rows in the table',
  means: 'the workspace reached its daily cap: Azure accepts the logs and drops them until the cap resets',
  remedy: 'raise the daily cap, then run "backfill" for the time in which logs were dropped',
  next: 'next run',
};
