/** One pipeline: its health with the reasons, the last hours, and what both rest on. */
import { Chart } from '../../web/page/chart.tsx';
import type { DetailView, HistoryView, PipelineView } from './model.ts';

const TONE = { healthy: 'good', degraded: 'warn', unhealthy: 'bad', unknown: 'warn' } as const;

export function Pipeline({ pipeline }: { readonly pipeline: PipelineView }) {
  const { name, health, sentence, reasons, figures, history, details, proofs } = pipeline;
  return (
    <section class="card pipeline" aria-label={`pipeline ${name}`}>
      <div class="row">
        <h2 tabIndex={-1}>{name}</h2>
        <span class={`badge ${TONE[health]}`}>{health}</span>
        {reasons.length === 0 && <span class="quiet">{sentence.replace(`${health}: `, '')}</span>}
      </div>
      {reasons.length > 0 && (
        <ul class={`reasons ${TONE[health]}`}>
          {reasons.map(({ what, runbook }) => (
            <li key={what}>
              {what}
              {runbook && <code class="quiet">docs/runbook.md#{runbook}</code>}
            </li>
          ))}
        </ul>
      )}
      <dl class="figures">
        {figures.map(({ label, value, note, tone }) => (
          <div key={label} class={tone}>
            <dt>{label}</dt>
            <dd class="figure">{value}</dd>
            <dd class="quiet">{note}</dd>
          </div>
        ))}
      </dl>
      <History history={history} />
      <Details details={proofs} />
      <details>
        <summary>All details</summary>
        <Details details={details} />
      </details>
    </section>
  );
}

function History({ history }: { readonly history: HistoryView }) {
  const { times, accepted, putAside, lagMs, problem } = history;
  if (problem) return <p>The last hours are unknown: {problem}</p>;
  return (
    <div class="charts">
      <Chart
        title="Logs shipped, each 5 minutes (UTC)"
        times={times}
        series={[
          { label: 'shipped', values: accepted, color: '--line-1', isBar: true },
          { label: 'put on a queue', values: putAside, color: '--line-3', isBar: true },
        ]}
        text={String}
      />
      <Chart
        title="Lag when logs were settled (UTC)"
        times={times}
        series={[{ label: 'lag', values: lagMs, color: '--line-2' }]}
        text={duration}
        marks={MARKS}
      />
    </div>
  );
}

/** Milliseconds: whole seconds, minutes and hours. */
const MARKS = [1, 5, 10, 30, 60, 300, 600, 1200, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800].map(
  s => s * 1000,
);

/** The largest unit. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`;
}

function Details({ details }: { readonly details: readonly DetailView[] }) {
  return (
    <dl class="details">
      {joined(details).map(({ label, texts }) => (
        <div key={label}>
          <dt>{label}</dt>
          {texts.map(({ text, isCommand }) => (
            <dd key={text}>{isCommand ? <code>{text}</code> : text}</dd>
          ))}
        </div>
      ))}
    </dl>
  );
}

/** An empty label belongs to the one before. */
function joined(details: readonly DetailView[]) {
  const all: { label: string; texts: DetailView[] }[] = [];
  for (const one of details) {
    const last = all.at(-1);
    if (one.label === '' && last) last.texts.push(one);
    else all.push({ label: one.label, texts: [one] });
  }
  return all;
}
