/** What can go wrong, a button each: what the system will do, and what it did. */
import { useState } from 'preact/hooks';
import { act } from '../../web/page/act.ts';
import type { ButtonState } from './model.ts';

export function Faults({
  buttons,
  isLost,
}: {
  readonly buttons: readonly ButtonState[];
  readonly isLost: boolean;
}) {
  return (
    <section aria-labelledby="faults-title">
      <h2 id="faults-title">What can go wrong</h2>
      <ul class="faults">
        {buttons.map(button => (
          <Fault key={button.name} button={button} isLost={isLost} />
        ))}
      </ul>
    </section>
  );
}

function Fault({ button, isLost }: { readonly button: ButtonState; readonly isLost: boolean }) {
  const { name, title, says, end, phase, did } = button;
  const [problem, setProblem] = useState('');
  const isBusy = phase === 'at work' || phase === 'ending';
  const isOff = isBusy || isLost;
  const label = labelOf(phase, end);
  const press = async () => {
    if (isOff) return;
    const answer = await act('press', { button: name });
    setProblem('error' in answer ? answer.error : '');
  };
  return (
    <li class={`card fault ${phase === 'ready' ? '' : 'open'}`} data-fault={name} data-phase={phase}>
      <div class="row">
        <h3 id={`${name}-title`}>{title}</h3>
        {phase !== 'ready' && (
          <span class={`badge ${phase === 'to be ended' ? 'warn' : 'good'}`}>
            {phase === 'to be ended' ? 'in force' : 'at work'}
          </span>
        )}
      </div>
      <p id={`${name}-says`} class="quiet">
        {says}
      </p>
      {did.length > 0 && (
        <ul class="did">
          {did.map(text => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {/* aria-disabled and not disabled, so that it keeps the focus while it is at work. */}
      <button
        type="button"
        class={phase === 'to be ended' ? 'main' : ''}
        aria-disabled={isOff}
        aria-label={`${label}: ${title}`}
        aria-describedby={`${name}-says`}
        onClick={press}
      >
        {label}
      </button>
      {problem && <p class="quiet">{problem}</p>}
    </li>
  );
}

function labelOf(phase: ButtonState['phase'], end = 'End it'): string {
  if (phase === 'to be ended') return end;
  return phase === 'ready' ? 'Try it' : 'At work …';
}
