import { describe, expect, test } from 'vitest';
import type { GuardedPipeline, GuardedPipelines } from '../../lambda/core/contract.ts';
import { refusal } from '../../lambda/core/guard.ts';

const one = (name: string, changes: Partial<GuardedPipeline> = {}): GuardedPipeline => ({
  name,
  place: 'flat',
  previousNames: [],
  adopts: [],
  ...changes,
});
const of = (pipelines: readonly GuardedPipeline[], removed: readonly string[] = []): GuardedPipelines => ({
  pipelines,
  removed,
});
const before = of([one('prod'), one('bars')]);
const adopts = ['table', 'retry', 'dead'];

describe('a deploy is refused', () => {
  test.each<[string, GuardedPipelines, GuardedPipelines, RegExp]>([
    ['that leaves a pipeline out', before, of([one('prod')]), /"bars" is deployed.*"removed": \["bars"\]/],
    ['of the example', before, of([one('example')]), /"prod" is deployed.*"bars" is deployed/],
    ['that calls another one gone', before, of([one('prod')], ['bar']), /"bars"/],
    [
      'that moves one into a nested stack',
      before,
      of([one('prod', { place: 'nested' }), one('bars')]),
      /"prod" is deployed flat, and would be created again nested/,
    ],
    [
      'that moves one out of it',
      of([one('prod', { place: 'nested' })]),
      of([one('prod')]),
      /deployed nested, and would be created again flat/,
    ],
    [
      'that forgets what was adopted',
      of([one('prod', { adopts })]),
      of([one('prod')]),
      /"prod" has adopted table, retry, dead\. Without "adopt"/,
    ],
    [
      'that forgets a part of it',
      of([one('prod', { adopts })]),
      of([one('prod', { adopts: ['table'] })]),
      /adopted/,
    ],
  ])('%s', (_, was, is, sentence) => {
    expect(refusal(was, is)).toMatch(sentence);
  });

  test('in words that fit into an answer to CloudFormation, of 4 KB', () => {
    const many = of(Array.from({ length: 200 }, (_, n) => one(`${n}`.padStart(32, 'p'))));
    expect(refusal(many, of([one('x')]))!.length).toBeLessThan(3_000);
  });
});

describe('a deploy goes on', () => {
  test.each<[string, GuardedPipelines | undefined, GuardedPipelines]>([
    ['that is the first', undefined, before],
    ['that changes nothing', before, before],
    ['that adds one', before, of([...before.pipelines, one('new', { place: 'flat' })])],
    ['that removes one and says so', before, of([one('prod')], ['bars'])],
    [
      'that renames one and says so',
      before,
      of([one('prod'), one('beers', { previousNames: ['bars'], adopts })]),
    ],
    ['that adopts for a pipeline that is there', before, of([one('prod', { adopts }), one('bars')])],
    ['after one that was removed', of([one('prod')], ['bars']), of([one('prod')])],
    [
      'that brings one back elsewhere',
      of([one('prod')], ['bars']),
      of([one('prod'), one('bars', { place: 'nested', adopts })]),
    ],
  ])('%s', (_, was, is) => {
    expect(refusal(was, is)).toBeUndefined();
  });
});
