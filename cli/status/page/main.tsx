/** The page of `status --web`. */
import { start } from '../../web/page/start.tsx';
import './status.css';
import { Letters } from './letters.tsx';
import type { StatusState } from './model.ts';
import { Pipeline } from './pipeline.tsx';

interface Seen {
  readonly state: StatusState;
  readonly isLost: boolean;
}

function Status({ state, isLost }: Seen) {
  const { problem, pipelines, letters, replay, kind } = state;
  return (
    <>
      {problem && (
        <p class="card" role="alert">
          The last look failed, so this is the one before: {problem}
        </p>
      )}
      {pipelines.map(one => (
        <Pipeline key={one.name} pipeline={one} />
      ))}
      <Letters
        letters={letters}
        replay={replay}
        kind={kind}
        isLost={isLost}
        hasSeveral={pipelines.length > 1}
      />
    </>
  );
}

start<StatusState>({
  heading: 'Auth0 logs to Azure',
  view: Status,
  about: ({ place, askedAtMs }) => `${place}, at ${new Date(askedAtMs).toISOString().slice(0, 19)}Z`,
});
