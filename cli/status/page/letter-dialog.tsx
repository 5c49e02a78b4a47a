/** One dead letter, opened: its logs, with values only after they were asked for. */
import { useEffect, useState } from 'preact/hooks';
import { act } from '../../web/page/act.ts';
import { Dialog } from '../../web/page/dialog.tsx';
import type { LetterContent, LetterView } from './model.ts';

export interface LetterDialogOptions {
  readonly letter: LetterView;
  readonly onClose: () => void;
}

export function LetterDialog({ letter, onClose }: LetterDialogOptions) {
  const { pipeline, id, shortId } = letter;
  const [reveal, setReveal] = useState(false);
  const [content, setContent] = useState<LetterContent>();
  const [error, setError] = useState('');
  useEffect(() => {
    let isOpen = true;
    void act<LetterContent>('openLetter', { pipeline, id, reveal }).then(answer => {
      if (!isOpen) return;
      if ('error' in answer) setError(answer.error);
      else setContent(answer.value);
    });
    return () => {
      isOpen = false;
    };
  }, [pipeline, id, reveal]);
  const note = reveal
    ? 'Values are shown. They are personal data.'
    : 'Values are masked because they are personal data.';
  return (
    <Dialog
      title={`Dead letter ${shortId}`}
      isWide
      onClose={onClose}
      actions={
        <>
          <span class="quiet">{note}</span>
          <button type="button" disabled={reveal} onClick={() => setReveal(true)}>
            Reveal values
          </button>
          <button type="button" class="main" onClick={onClose}>
            Done
          </button>
        </>
      }
    >
      {error && <p role="alert">{error}</p>}
      {!content && !error && <p class="quiet">Reading …</p>}
      {content && <Content content={content} />}
    </Dialog>
  );
}

function Content({ content: { facts, rows, left, raw } }: { readonly content: LetterContent }) {
  return (
    <>
      <dl class="details">
        {facts.map(([label, text]) => (
          <div key={label + text}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {raw !== undefined && <pre class="code">{raw}</pre>}
      {rows.map((row, at) => (
        <section key={row.find(([name]) => name === 'LogId')?.[1] ?? at}>
          <h3>
            log {at + 1} of {rows.length + left}
          </h3>
          <dl class="details code">
            {row.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      {left > 0 && <p class="quiet">{left} more logs: replay --show with --max shows all.</p>}
    </>
  );
}
