/** A replay: the question before it, and its progress and result. */
import { useEffect, useState } from 'preact/hooks';
import { act } from '../../web/page/act.ts';
import { announce } from '../../web/page/announce.tsx';
import { Dialog } from '../../web/page/dialog.tsx';
import type { How, LetterRef, Plan, ReplayView } from './model.ts';

export interface ReplayDialogOptions {
  readonly letters: readonly LetterRef[];
  readonly how: How;
  readonly onClose: () => void;
}

export function ReplayDialog({ letters, how, onClose }: ReplayDialogOptions) {
  // What is asked about is what was chosen when it was asked.
  const [given] = useState({ letters, how });
  const [plan, setPlan] = useState<Plan>();
  const [error, setError] = useState('');
  const [isSent, setSent] = useState(false);
  useEffect(() => {
    void act<Plan>('planReplay', given).then(answer => {
      if ('error' in answer) setError(answer.error);
      else setPlan(answer.value);
    });
  }, [given]);
  const go = async () => {
    setSent(true);
    const answer = await act('replay', given);
    if (!('error' in answer)) return onClose();
    setSent(false);
    setError(answer.error);
  };
  return (
    <Dialog
      title={how === 'moved' ? 'Replay dead letters' : 'Deliver dead letters now'}
      onClose={onClose}
      actions={
        <>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="button" class="main" disabled={!plan || isSent} onClick={go}>
            {how === 'moved' ? 'Replay' : 'Deliver'}
          </button>
        </>
      }
    >
      {plan && (
        <>
          <p>
            <strong>{plan.question}</strong>
          </p>
          {plan.lines.map(line => (
            <p key={line}>{line}</p>
          ))}
          {plan.warning && <p class="note warn">{plan.warning}</p>}
        </>
      )}
      {error && <p role="alert">{error}</p>}
    </Dialog>
  );
}

export function ReplayProgress({
  replay,
  isLost,
}: {
  readonly replay: ReplayView;
  readonly isLost: boolean;
}) {
  const { how, total, done, isRunning, sentences, next, fault } = replay;
  const result = [...sentences, ...(fault ? [fault] : [])].join('. ');
  useEffect(() => {
    if (!isRunning && result !== '') announce(result);
  }, [isRunning, result]);
  if (isRunning) {
    return (
      <div class="row replaying">
        <progress aria-label={`dead letters ${how}`} value={done} max={total} />
        <span>
          {done} of {total} {how}
        </span>
        <button type="button" disabled={isLost} onClick={() => act('stopReplay')}>
          Stop
        </button>
      </div>
    );
  }
  return (
    <div class={`note ${fault ? 'bad' : 'good'}`}>
      {sentences.map(sentence => (
        <p key={sentence}>{sentence}</p>
      ))}
      {fault && <p>{fault}</p>}
      {next && (
        <p>
          {next[0]} <code>{next.slice(1).join(' ')}</code>
        </p>
      )}
    </div>
  );
}
