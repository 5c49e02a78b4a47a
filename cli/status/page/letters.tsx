/** Dead letters: a table to filter and choose from. */
import { useState } from 'preact/hooks';
import { act } from '../../web/page/act.ts';
import { announce } from '../../web/page/announce.tsx';
import { LetterDialog } from './letter-dialog.tsx';
import type { How, LetterRef, LettersView, LetterView, ReplayView } from './model.ts';
import { ReplayDialog, ReplayProgress } from './replay.tsx';

export interface LettersOptions {
  readonly letters: LettersView;
  readonly replay: ReplayView | undefined;
  readonly kind: 'stack' | 'local';
  readonly isLost: boolean;
  /** Pipelines. */
  readonly hasSeveral: boolean;
}

const keyOf = ({ pipeline, id }: LetterRef) => `${pipeline} ${id}`;
const refOf = ({ pipeline, id }: LetterRef): LetterRef => ({ pipeline, id });

export function Letters({ letters, replay, kind, isLost, hasSeveral }: LettersOptions) {
  const [filter, setFilter] = useState('');
  const [reason, setReason] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<LetterView>();
  const [asked, setAsked] = useState<How>();
  const { list, isReading, readAt, hidden, problem } = letters;
  const reasons = [...new Set(list.flatMap(one => one.reasons))].sort();
  const shown = list.filter(one => isMeant(one, filter, reason));
  const picked = shown.filter(one => !one.problem && chosen.has(keyOf(one)));
  const free = shown.filter(one => !one.problem);
  const isBusy = isLost || isReading || replay?.isRunning === true;
  const choose = (some: readonly LetterView[], isChosen: boolean) => {
    const next = new Set(chosen);
    for (const one of some) isChosen ? next.add(keyOf(one)) : next.delete(keyOf(one));
    setChosen(next);
  };
  const readAgain = async () => {
    const answer = await act('readLetters');
    announce('error' in answer ? answer.error : 'Dead letters were read again');
  };
  return (
    <section class="card" aria-label="dead letters">
      <div class="row">
        <h2 tabIndex={-1}>Dead letters</h2>
        <span class="quiet">
          {isReading ? 'reading …' : readAt && `${list.length + hidden} on the queue at ${readAt}`}
        </span>
        <button type="button" class="at-end" disabled={isBusy} onClick={readAgain}>
          Read again
        </button>
      </div>
      {problem && <p role="alert">{problem}</p>}
      {replay && <ReplayProgress replay={replay} isLost={isLost} />}
      {list.length === 0 ? (
        <p class="quiet">
          {isReading || !readAt ? '' : 'None. Failed batches that were not delivered appear here.'}
        </p>
      ) : (
        <>
          <div class="row filters">
            <label>
              Filter{' '}
              <input
                type="search"
                value={filter}
                onInput={({ currentTarget }) => setFilter(currentTarget.value)}
              />
            </label>
            <label>
              Reason{' '}
              <select value={reason} onChange={({ currentTarget }) => setReason(currentTarget.value)}>
                <option value="">any</option>
                {reasons.map(one => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            </label>
            <span class="at-end row">
              {kind === 'local' && (
                <button
                  type="button"
                  disabled={isBusy || picked.length === 0}
                  onClick={() => setAsked('delivered')}
                >
                  Deliver now …
                </button>
              )}
              <button
                type="button"
                class="main"
                disabled={isBusy || picked.length === 0}
                onClick={() => setAsked('moved')}
              >
                Replay {picked.length > 0 ? picked.length : ''} …
              </button>
            </span>
          </div>
          <table class="letters">
            <thead>
              <tr>
                <th scope="col">
                  <input
                    type="checkbox"
                    aria-label={`choose all ${free.length} that are shown`}
                    checked={free.length > 0 && picked.length === free.length}
                    onChange={({ currentTarget }) => choose(free, currentTarget.checked)}
                  />
                </th>
                <th scope="col">dead letter</th>
                <th scope="col">reason</th>
                <th scope="col" class="number">
                  logs
                </th>
                <th scope="col" class="number">
                  failed
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map(one => (
                <Row
                  key={keyOf(one)}
                  letter={one}
                  isChosen={chosen.has(keyOf(one))}
                  hasPipeline={hasSeveral}
                  onChoose={isChosen => choose([one], isChosen)}
                  onOpen={() => setOpened(one)}
                />
              ))}
            </tbody>
          </table>
          {shown.length === 0 && <p class="quiet">No dead letter matches.</p>}
          {hidden > 0 && <p class="quiet">{hidden} more are on the queue; replay --list shows all.</p>}
        </>
      )}
      {opened && <LetterDialog letter={opened} onClose={() => setOpened(undefined)} />}
      {asked && <ReplayDialog letters={picked.map(refOf)} how={asked} onClose={() => setAsked(undefined)} />}
    </section>
  );
}

function isMeant(letter: LetterView, filter: string, reason: string): boolean {
  if (reason !== '' && !letter.reasons.includes(reason)) return false;
  const text = [letter.pipeline, letter.id, letter.message, ...letter.reasons].join(' ').toLowerCase();
  return text.includes(filter.trim().toLowerCase());
}

interface RowOptions {
  readonly letter: LetterView;
  readonly isChosen: boolean;
  readonly hasPipeline: boolean;
  readonly onChoose: (isChosen: boolean) => void;
  readonly onOpen: () => void;
}

function Row({ letter, isChosen, hasPipeline, onChoose, onOpen }: RowOptions) {
  const { shortId, pipeline, reasons, message, logs, failedAt, age, problem } = letter;
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`choose ${shortId}`}
          checked={isChosen && !problem}
          disabled={problem !== undefined}
          onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
        />
      </td>
      <td>
        <button type="button" class="link code" aria-label={`open ${shortId}`} onClick={onOpen}>
          {shortId}
        </button>
        {hasPipeline && <div class="quiet">{pipeline}</div>}
      </td>
      <td>
        <strong>{reasons.join(' ')}</strong>
        <div class="message">{problem ? `${problem}; it cannot be delivered` : message}</div>
      </td>
      <td class="number">{logs}</td>
      <td class="number" title={failedAt}>
        {age} ago
      </td>
    </tr>
  );
}
