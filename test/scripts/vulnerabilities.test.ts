import { expect, it } from 'vitest';
import { readAnswer } from '../../scripts/vulnerabilities.ts';

const vulnerability = (name: string, severity: string, via: unknown[]) => ({
  name,
  severity,
  range: '<1.2.3',
  via,
  effects: [],
  nodes: [`node_modules/${name}`],
});

it('tells every high and critical vulnerability, with its title and address, and no lesser one', () => {
  const cause = { title: 'Prototype pollution', url: 'https://example.org/1', severity: 'high' };
  const vulnerabilities = {
    a: vulnerability('a', 'high', [cause]),
    b: vulnerability('b', 'critical', ['a']),
    c: vulnerability('c', 'moderate', [cause]),
    d: vulnerability('d', 'low', []),
  };
  expect(readAnswer(JSON.stringify({ auditReportVersion: 2, vulnerabilities }))).toEqual({
    kind: 'answered',
    findings: ['a <1.2.3: high: Prototype pollution (https://example.org/1)', 'b <1.2.3: critical: a'],
  });
});

it('finds nothing in an empty report', () => {
  expect(readAnswer('{"auditReportVersion":2,"vulnerabilities":{}}')).toEqual({
    kind: 'answered',
    findings: [],
  });
});

it.each([
  ['{"message":"405 Method Not Allowed","error":{"summary":"","detail":""}}', '405 Method Not Allowed'],
  ['{"error":{"code":"ENOTFOUND","summary":"request failed"}}', 'request failed'],
  ['', 'npm audit printed no report'],
  ['npm error', 'npm audit printed no report'],
  ['[]', 'npm audit printed no report'],
])('takes no answer for no answer and not for a clean one: %s', (printed, why) => {
  expect(readAnswer(printed)).toEqual({ kind: 'no answer', why });
});
