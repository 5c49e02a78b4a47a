/** The way of a log, alive: a station for each stage, wires between them, and a dot for what moves. */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { LiveState, QueueState } from './model.ts';
import { Wires } from './wires.tsx';
import { counted, number, span, timeOf } from './words.ts';

type Tone = 'good' | 'warn' | 'bad' | '';

interface StationOptions {
  readonly place: string;
  readonly title: string;
  readonly figure: string;
  readonly unit: string;
  readonly badge?: readonly [text: string, tone: Tone];
  readonly tone?: Tone;
  readonly children?: ComponentChildren;
}

function Station({ place, title, figure, unit, badge, tone = '', children }: StationOptions) {
  return (
    <li class={`station ${place} ${tone}`} data-station={place}>
      <div class="row">
        <h3>{title}</h3>
        {badge && <span class={`badge ${badge[1]}`}>{badge[0]}</span>}
      </div>
      <p class="figure">
        {figure} <span class="unit">{unit}</span>
      </p>
      {children}
    </li>
  );
}

export function Flow({ state }: { readonly state: LiveState }) {
  const place = useRef<HTMLDivElement>(null);
  const { auth0, ship, checkpoint, retry, replay, dead, azure, nowMs } = state;
  const { last } = ship;
  return (
    <section class="card" aria-labelledby="flow-title">
      <h2 id="flow-title">The way of a log</h2>
      <div class="flow" ref={place}>
        <Wires place={place} state={state} />
        <ol class="stations">
          <Station place="auth0" title="Auth0" figure={number(auth0.logs)} unit="logs written">
            <p class="quiet">{auth0.newestMs ? `newest ${timeOf(auth0.newestMs)}` : 'none yet'}</p>
          </Station>
          <Station
            place="ship"
            title="ship"
            figure={span(ship.lagMs)}
            unit="lag"
            badge={shipBadge(state)}
            tone={last && ['denied', 'killed', 'failed'].includes(last.outcome) ? 'bad' : ''}
          >
            <p class="quiet">
              {last
                ? `run ${number(ship.runs)}: ${last.outcome}, ${(last.durationMs / 1000).toFixed(1)} s, ${counted(last.logsAccepted, 'log')}`
                : 'no run yet'}
            </p>
          </Station>
          <Station
            place="checkpoint"
            title="Checkpoint"
            figure={checkpoint?.dateMs ? timeOf(checkpoint.dateMs) : '–'}
            unit="UTC"
          >
            <p class="quiet code id">{checkpoint ? `…${checkpoint.logId.slice(-18)}` : 'not set'}</p>
          </Station>
          <Queue place="retry" title="Retry queue" queue={retry} nowMs={nowMs} tone="warn" />
          <Station
            place="replay"
            title="replay"
            figure={number(replay.delivered)}
            unit={replay.delivered === 1 ? 'batch delivered' : 'batches delivered'}
            badge={replay.isRunning ? ['running', 'good'] : ['waits', '']}
          />
          <Queue place="dead" title="Dead-letter queue" queue={dead} nowMs={nowMs} tone="bad" />
          <Station
            place="accepted"
            title="Azure accepted"
            figure={number(azure.unique)}
            unit={azure.unique === 1 ? 'log' : 'logs'}
          >
            <p class="quiet">{number(azure.duplicates)} accepted again</p>
          </Station>
          <Station
            place="stored"
            title="Azure stored"
            figure={number(azure.rows)}
            unit={azure.rows === 1 ? 'row' : 'rows'}
            tone={azure.notStored > 0 ? 'warn' : ''}
          >
            <p class={azure.notStored > 0 ? 'loud' : 'quiet'}>
              {number(azure.notStored)} accepted, not stored
            </p>
          </Station>
        </ol>
      </div>
    </section>
  );
}

function shipBadge({ ship }: LiveState): readonly [string, Tone] {
  if (!ship.isScheduled && !ship.isRunning) return ['stopped', 'bad'];
  if (ship.isRunning) return ['running', 'good'];
  const outcome = ship.last?.outcome;
  if (outcome === undefined || outcome === 'caught-up') return ['waits', ''];
  return [outcome, ['denied', 'killed', 'failed'].includes(outcome) ? 'bad' : 'warn'];
}

function Queue({
  place,
  title,
  queue,
  nowMs,
  tone,
}: {
  readonly place: string;
  readonly title: string;
  readonly queue: QueueState;
  readonly nowMs: number;
  readonly tone: Tone;
}) {
  const isEmpty = queue.messages === 0;
  return (
    <Station
      place={place}
      title={title}
      figure={number(queue.logs)}
      unit={`${queue.logs === 1 ? 'log' : 'logs'} in ${counted(queue.messages, 'message')}`}
      tone={isEmpty ? '' : tone}
    >
      <p class="quiet">
        {isEmpty ? 'empty' : `oldest ${span(nowMs - (queue.oldestMs ?? nowMs))}`}
        {queue.reasons.map(({ text }) => (
          <span key={text} class="reason">
            {text}
          </span>
        ))}
      </p>
    </Station>
  );
}
