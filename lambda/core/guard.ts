/** Whether a deploy would leave something behind that the configuration does not name: see docs/decisions/015-a-guard-in-the-stack.md. */
import type { GuardedPipeline, GuardedPipelines } from './contract.ts';

/** CloudFormation takes an answer of 4 KB. */
const MOST_TOLD = 4;

/** Why the stack may not become `now`, with what to do; undefined when it may. `before` is what is deployed. */
export function refusal(before: GuardedPipelines | undefined, now: GuardedPipelines): string | undefined {
  const problems = (before?.pipelines ?? []).flatMap(one => problemOf(one, now) ?? []);
  if (problems.length === 0) return undefined;
  const more = problems.length - MOST_TOLD;
  return (
    problems.slice(0, MOST_TOLD).join(' ') + (more > 0 ? ` The same applies to ${more} more pipelines.` : '')
  );
}

function problemOf(was: GuardedPipeline, { pipelines, removed }: GuardedPipelines): string | undefined {
  const { name } = was;
  const is = pipelines.find(one => one.name === name);
  if (is) return moved(was, is);
  const isSaid = removed.includes(name) || pipelines.some(one => one.previousNames.includes(name));
  if (isSaid) return undefined;
  return (
    `Pipeline "${name}" is deployed, but the configuration does not have it: its table and queues would stay, without ` +
    'functions and without alarms. Nothing was changed. Check that this is the right configuration. To remove the ' +
    `pipeline: empty its queues (status, replay), then add "removed": ["${name}"] beside "pipelines". To rename it: add ` +
    `"previousNames": ["${name}"] and "adopt" to the pipeline with the new name.`
  );
}

/** To CloudFormation, what is elsewhere is made anew: an empty table, empty queues. */
function moved(was: GuardedPipeline, is: GuardedPipeline): string | undefined {
  if (was.place !== is.place) {
    return (
      `Pipeline "${was.name}" is deployed ${was.place}, and would be created again ${is.place}, with an empty table and empty ` +
      'queues. Nothing was changed. Keep "nested" as it is, or see docs/operating.md, "Move, rename, remove".'
    );
  }
  const dropped = was.adopts.length > is.adopts.length;
  if (!dropped) return undefined;
  return (
    `Pipeline "${was.name}" has adopted ${was.adopts.join(', ')}. Without "adopt" it would begin with empty ones. ` +
    'Nothing was changed. Keep "adopt" in the configuration for as long as the pipeline is deployed.'
  );
}
