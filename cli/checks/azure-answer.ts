/** What Azure's answer to an empty post means. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import type { PostAnswer } from '../../lambda/core/model.ts';
import { judge } from '../../lambda/core/verdict.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { meaningFor } from '../../lambda/destinations/spec.ts';
import { rejectedText } from '../terminal/words.ts';
import { about, type Finding, partsOf } from './finding.ts';

type AzureConfig = PipelineConfig['azure'];

export function postFinding(answer: PostAnswer, config: AzureConfig): Finding {
  const say = about('azure');
  const spec = specOf(config);
  const { emptyRefused, place } = spec;
  const { settings } = place(config);
  const verdict = judge(meaningFor(spec, config), answer, { bytes: 2, records: 0 });
  if (answer.kind !== 'answered') {
    const fault = verdict.kind === 'fault' ? verdict.fault : undefined;
    const parts = fault && partsOf(fault, 'Azure', settings);
    return say.error(parts?.text ?? 'Azure did not answer', parts?.remedy ?? settings);
  }
  const { status, code = '', message } = answer;
  const shown = `${[status, code].filter(Boolean).join(' ')}${message ? `: ${message}` : ''}`;
  if (verdict.kind === 'accepted') {
    return say.ok(`reachable and authorized (${status} to a post without records)`);
  }
  if (emptyRefused.has(code)) {
    return say.ok(`reachable and authorized (Azure rejected only the empty post: ${status} ${code})`);
  }
  if (verdict.kind !== 'fault') {
    return say.warning(
      `probably reachable and authorized, but Azure returned ${shown}`,
      'the empty post alone may be the cause: check in “last run” whether real posts are accepted',
    );
  }
  if (verdict.fault.verdict === 'intercepted') {
    const parts = partsOf(verdict.fault, 'Azure', settings);
    return say.error(parts.text, parts.remedy);
  }
  if (verdict.fault.verdict !== 'denied') {
    const wait = 'wait, and check Azure’s status page; batches wait on the retry queue, and no log is lost';
    return say[status === 429 ? 'warning' : 'error'](`Azure returned ${shown}`, wait);
  }
  const isRedirect = status >= 300 && status < 400;
  const proxy = `check ${settings}, and whether a proxy answers instead of Azure`;
  const remedy = isRedirect ? proxy : (verdict.fault.remedy ?? `check ${settings}`);
  return say.error(`Azure ${rejectedText(status)}: ${shown}`, remedy);
}
