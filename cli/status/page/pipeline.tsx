/** One pipeline: its health with the reasons, and what they rest on. */
import type { PipelineView } from './model.ts';

const TONE = { healthy: 'good', degraded: 'warn', unhealthy: 'bad', unknown: 'warn' } as const;

export function Pipeline({ pipeline }: { readonly pipeline: PipelineView }) {
  const { name, health, sentence, reasons, details } = pipeline;
  return (
    <section class="card" aria-label={`pipeline ${name}`}>
      <div class="row">
        <h2 tabIndex={-1}>{name}</h2>
        <span class={`badge ${TONE[health]}`}>{health}</span>
      </div>
      {reasons.length === 0 ? (
        <p>{sentence}</p>
      ) : (
        <ul>
          {reasons.map(({ what, runbook }) => (
            <li key={what}>
              {what}
              {runbook && (
                <>
                  {' '}
                  <code class="quiet">docs/runbook.md#{runbook}</code>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      <dl class="details">
        {details.map(({ label, text, isCommand }) => (
          <div key={label + text}>
            <dt>{label}</dt>
            <dd>{isCommand ? <code>{text}</code> : text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
