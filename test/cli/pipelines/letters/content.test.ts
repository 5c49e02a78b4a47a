import { describe, expect, test } from 'vitest';
import { masked } from '../../../../cli/pipelines/letters/content.ts';

describe('a masked record', () => {
  test('says which log it is, and of all else the type and length', () => {
    const record = {
      LogId: '900',
      TimeGenerated: 't',
      event_date: 'd',
      EventType: 'fp',
      EventName: 'Failed',
      Level: 3,
      ActorUsername: 'ada@example.com',
      Details: { a: 1, b: [2] },
      Scopes: ['x', 'y'],
      IsMobile: true,
      Port: 8080,
      Nothing: null,
    };
    expect(masked(record)).toEqual({
      LogId: '900',
      TimeGenerated: 't',
      event_date: 'd',
      EventType: 'fp',
      EventName: 'Failed',
      Level: 3,
      ActorUsername: 'text(15)',
      Details: 'object(2)',
      Scopes: 'list(2)',
      IsMobile: 'boolean',
      Port: 'number',
      Nothing: 'null',
    });
  });
});
