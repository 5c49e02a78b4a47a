/** What the page shows of a pipeline: the same judgment and the same sentences as `status` prints. */
import { readUnproven, rowsMissing } from '../../lambda/core/unproven.ts';
import type { Facts } from '../pipelines/facts.ts';
import { healthOf, healthSentence, lagMs } from '../pipelines/health.ts';
import type { Depth, Operated } from '../pipelines/operated.ts';
import { command } from '../pipelines/remedy.ts';
import { harmless } from '../terminal/text.ts';
import { counted, dateText, duration } from '../terminal/words.ts';
import type { HistorySource } from './history.ts';
import type { DetailView, FigureView, PipelineView } from './page/model.ts';
import { detailsOf } from './show.ts';

export function viewOf(
  facts: Facts,
  { config }: Pick<Operated, 'config'>,
  history: HistorySource,
): PipelineView {
  const judgement = healthOf(facts);
  const isWrong = (...runbooks: string[]) =>
    judgement.reasons.some(({ runbook = '' }) => runbooks.includes(runbook));
  return {
    name: facts.pipeline,
    health: judgement.health,
    sentence: healthSentence(judgement),
    reasons: judgement.reasons.map(({ what, runbook }) => ({
      what: harmless(what),
      ...(runbook !== undefined && { runbook }),
    })),
    figures: [
      lagFigure(facts, isWrong('lag')),
      runFigure(facts, isWrong('silent', 'run-errors', 'denied-by-azure', 'denied-by-auth0')),
      queueFigure('retry queue', facts.queues?.retry, isWrong('retry-queue-old') ? 'warn' : ''),
      queueFigure(
        'dead letters',
        facts.queues?.['dead-letter'],
        isWrong('dead-letters-old') ? 'bad' : 'warn',
      ),
    ],
    history: history.view(facts),
    details: detailsOf(facts).map(([label, text, kind]) => detail(label, text, kind === 'command')),
    proofs: proofsOf(facts, config),
  };
}

const detail = (label: string, text: string, isCommand = false): DetailView => ({
  label,
  text: harmless(text),
  isCommand,
});

function lagFigure(facts: Facts, isWrong: boolean): FigureView {
  const lag = lagMs(facts);
  const isCaughtUp = facts.state?.lastRun?.outcome === 'caught-up';
  const value = lag === undefined ? 'unknown' : isCaughtUp && !isWrong ? 'none' : duration(lag);
  const threshold = facts.limits ? `threshold ${duration(facts.limits.lagMs)}` : '';
  return { label: 'lag', value, note: threshold, tone: isWrong ? 'warn' : '' };
}

function runFigure({ state, askedAtMs }: Facts, isWrong: boolean): FigureView {
  const run = state?.lastRun;
  if (!run) return { label: 'last run', value: 'none', note: 'no run has ended yet', tone: 'warn' };
  const note = `${duration(Math.max(0, askedAtMs - run.endedAtMs))} ago, ${counted(run.logsAccepted, 'log')} shipped`;
  return { label: 'last run', value: run.outcome.replace('-', ' '), note, tone: isWrong ? 'bad' : '' };
}

function queueFigure(label: string, depth: Depth | undefined, tone: FigureView['tone']): FigureView {
  if (!depth) return { label, value: 'unknown', note: '', tone: 'warn' };
  const { messages, oldestAgeMs } = depth;
  const oldest = oldestAgeMs === undefined ? 'age unknown' : `oldest queued ${duration(oldestAgeMs)} ago`;
  return {
    label,
    value: String(messages),
    note: messages > 0 ? oldest : 'empty',
    tone: messages > 0 ? tone : '',
  };
}

/** What is proven of accepted logs. An audit keeps no result, so its command is shown. */
function proofsOf({ state, about }: Facts, { verify }: Operated['config']): DetailView[] {
  const fault = state?.lastRun?.verifyFault;
  const lines = verify === 'off' || verify === undefined ? OFF : verifiedText(verify, state?.unproven);
  return [
    detail('verification', lines),
    ...(fault === undefined ? [] : [detail('', `the last run could not compare: ${fault}`)]),
    detail('audit', 'compares a window of Auth0’s logs with the ledger; it keeps no result:'),
    detail('', command(['audit', '--from 1d'], about), true),
  ];
}

const OFF = 'off: accepted logs are not compared with the workspace (setting "verify")';

function verifiedText(verify: string, text: string | undefined): string {
  if (!text) return `${verify}: no run has compared yet`;
  const unproven = readUnproven(text);
  if (!unproven)
    return `${verify}: the state cannot be read; the next run starts anew and says what to check`;
  const waiting = unproven.spans.reduce((sum, span) => sum + span.logs, 0);
  const missing = rowsMissing(unproven);
  return [
    unproven.storedAtMs > 0
      ? `${verify}: what was accepted up to ${dateText(unproven.storedAtMs)} is proven stored, as far as it was compared`
      : `${verify}: nothing is proven stored yet`,
    missing > 0 && `${counted(missing, 'accepted log')} not stored`,
    waiting > 0 && `${counted(waiting, 'log')} to be compared, an hour or more after acceptance`,
  ]
    .filter(Boolean)
    .join('; ');
}
