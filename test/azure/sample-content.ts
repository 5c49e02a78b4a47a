/** Content for the template in tests that do not look at the content. */
import { type Content, WORKSPACE_ID_MARK } from '../../azure/template-content.ts';

export const SAMPLE: Content = {
  functions: [
    { alias: 'Auth0Logs', displayName: 'Auth0 logs', description: 'Each once.', kql: 'Auth0Logs_CL' },
  ],
  queries: [
    {
      name: 'failed-logins',
      displayName: 'Failed logins',
      description: 'Who fails.\nAnd how often.',
      category: 'Auth0',
      tactics: ['CredentialAccess'],
      techniques: ['T1110.001'],
      kql: "['Auth0Logs_CL'] | count",
    },
    {
      name: 'all',
      displayName: 'All',
      description: 'All.',
      category: 'Auth0',
      tactics: [],
      techniques: [],
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
      alertPer: ['User', 'Country'],
      entities: [{ kind: 'Account', columns: ['User'], isList: false }],
      details: ['Country'],
      expected: [],
      frequency: 'PT5M',
      window: 'PT1H',
      range: 'P2D',
      operator: 'GreaterThan',
      threshold: 0,
      when: 'ten failures in an hour',
      tryIt: 'Fail ten times.',
    },
    {
      id: 'silent',
      title: '[No] logs',
      description: 'Nothing came.',
      severity: 0,
      tactics: [],
      techniques: [],
      kql: '[Auth0Logs_CL]',
      alertPer: 'look',
      entities: [],
      details: [],
      expected: [],
      frequency: 'PT5M',
      window: 'PT1H',
      range: 'P2D',
      operator: 'GreaterThan',
      threshold: 0,
      when: 'a quarter of an hour without a log',
      tryIt: 'Stop the schedule.',
    },
  ],
  workbook: { version: 'Notebook/1.0', items: [], fallbackResourceIds: [WORKSPACE_ID_MARK] },
};

/** What is made of it, whatever the destination. */
export const CONTENT = [
  'workspaces/savedSearches',
  'workspaces/savedSearches',
  'workspaces/savedSearches',
  'workbooks',
  'actionGroups',
  'scheduledQueryRules',
  'scheduledQueryRules',
];
