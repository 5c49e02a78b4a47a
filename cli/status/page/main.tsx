/** The page of `status --web`. */
import { start } from '../../web/page/start.tsx';
import type { StatusState } from './model.ts';
import { Pipeline } from './pipeline.tsx';

function Status({ state }: { readonly state: StatusState }) {
  return (
    <>
      {state.problem && (
        <p class="card" role="alert">
          {state.problem}
        </p>
      )}
      {state.pipelines.map(one => (
        <Pipeline key={one.name} pipeline={one} />
      ))}
    </>
  );
}

start<StatusState>({
  heading: 'Auth0 logs to Azure',
  view: Status,
  about: ({ place, askedAtMs }) => `${place}, at ${new Date(askedAtMs).toISOString().slice(0, 19)}Z`,
});
