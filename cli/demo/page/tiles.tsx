/** What an analyst sees of the stored rows: tiles of the workbook. */
import { Chart } from '../../web/page/chart.tsx';
import type { Tiles as TilesState } from './model.ts';
import { number } from './words.ts';

/** Of lambda/core/record/log-types.ts, the worst first. */
const LEVELS = [
  ['critical', '--bad'],
  ['error', '--line-3'],
  ['warning', '--line-2'],
  ['info', '--line-1'],
] as const;

export function Tiles({ tiles }: { readonly tiles: TilesState }) {
  const { glance, logins, levels, failing } = tiles;
  const known = LEVELS.filter(([level]) => levels.some(({ logs }) => logs[level] !== undefined));
  return (
    <section class="card" aria-labelledby="tiles-title">
      <h2 id="tiles-title">What an analyst sees in Azure</h2>
      <p class="quiet">
        Tiles of the workbook, over the rows that are stored now. No KQL runs here: a function computes each
        tile, and a test compares it with the results of the workbook’s query over the same rows.
      </p>
      <ul class="glance">
        {glance.map(({ name, count }) => (
          <li key={name}>
            <span class="quiet">{name}</span>
            <span class="figure">{number(count)}</span>
          </li>
        ))}
      </ul>
      <div class="halves">
        <Chart
          title="Logins over time, by the hour"
          times={logins.map(one => one.atMs)}
          series={[
            { label: 'success', values: logins.map(one => one.success), color: '--line-2' },
            { label: 'failure', values: logins.map(one => one.failure), color: '--bad' },
          ]}
          text={number}
        />
        <Chart
          title="Logs over time, by the hour and level"
          times={levels.map(one => one.atMs)}
          series={known.map(([level, color]) => ({
            label: level,
            values: levels.map(({ logs }) => logs[level] ?? 0),
            color,
          }))}
          text={number}
        />
      </div>
      <h3>Users who fail to sign in most</h3>
      {failing.length === 0 ? (
        <p class="quiet">None yet.</p>
      ) : (
        <table class="users">
          <thead>
            <tr>
              <th scope="col">User</th>
              <th scope="col" class="number">
                Failures
              </th>
              <th scope="col" class="number">
                Successes
              </th>
              <th scope="col" class="number">
                Addresses
              </th>
            </tr>
          </thead>
          <tbody>
            {failing.map(({ user, failures, successes, addresses }) => (
              <tr key={user}>
                <td>
                  <bdi>{user}</bdi>
                </td>
                <td class="number">{number(failures)}</td>
                <td class="number">{number(successes)}</td>
                <td class="number">{number(addresses)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
