/** Content for the template in tests that do not look at the content. */
import type { Content } from '../../azure/template-content.ts';

export const SAMPLE: Content = {
  functions: [{ alias: 'Auth0Logs', displayName: 'Auth0 logs', kql: 'Auth0Logs_CL' }],
  queries: [
    {
      name: 'auth0-failed-logins',
      displayName: 'Failed logins',
      description: 'Who fails.\nAnd how often.',
      category: 'Auth0',
      kql: "['Auth0Logs_CL'] | count",
    },
    {
      name: 'auth0-all',
      displayName: 'All',
      description: 'All.',
      category: 'Auth0',
      kql: 'Auth0Logs() | take 9',
    },
  ],
  detections: [
    {
      id: 'brute-force',
      title: 'Brute force',
      description: 'Many failures for one user.',
      severity: 2,
      tactics: ['CredentialAccess', 'InitialAccess'],
      techniques: ['T1110'],
      kql: 'Auth0Logs() | where EventType == "limit_wc"',
      frequency: 'PT5M',
      window: 'PT1H',
      operator: 'GreaterThan',
      threshold: 0,
    },
    {
      id: 'silent',
      title: '[No] logs',
      description: 'Nothing came.',
      severity: 0,
      tactics: [],
      techniques: [],
      kql: '[Auth0Logs_CL]',
      frequency: 'PT5M',
      window: 'PT1H',
      operator: 'LessThan',
      threshold: 1,
    },
  ],
  workbook: { version: 'Notebook/1.0', items: [] },
};
