/** What Azure's answer to an empty post means. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import type { PostAnswer } from '../../lambda/core/model.ts';
import { judge } from '../../lambda/core/verdict.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { meaningFor } from '../../lambda/destinations/spec.ts';
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
    return say.ok(`reachable and authorised (${status} to a post without a record)`);
  }
  if (emptyRefused.has(code)) {
    return say.ok(
      `reachable and authorised (it refused the post for its emptiness alone: ${status} ${code})`,
    );
  }
  if (verdict.kind !== 'fault') {
    return say.warning(
      `reachable and authorised, it seems; but it answered ${shown}`,
      'this may be for the emptiness of the post alone: see “last run”, whether real ones are accepted',
    );
  }
  if (verdict.fault.verdict === 'intercepted') {
    const parts = partsOf(verdict.fault, 'Azure', settings);
    return say.error(parts.text, parts.remedy);
  }
  if (verdict.fault.verdict !== 'denied') {
    const wait =
      'wait, and see Azure’s status page; batches wait in the retry queue meanwhile, and nothing is lost';
    return say[status === 429 ? 'warning' : 'error'](`Azure answered ${shown}`, wait);
  }
  const isRedirect = status >= 300 && status < 400;
  const proxy = `check ${settings}, and whether a proxy answers in its place`;
  const remedy = isRedirect ? proxy : (verdict.fault.remedy ?? `check ${settings}`);
  return say.error(`Azure refuses: ${shown}`, remedy);
}
