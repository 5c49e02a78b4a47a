/** Values over time, drawn by uPlot, and the same values as a table for who does not see it. */
import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Series {
  readonly label: string;
  /** One for each time; null where there is none. */
  readonly values: readonly (number | null)[];
  /** The name of a custom property of page.css: `--line-1`. */
  readonly color: string;
  /** A bar for each time, instead of a line. */
  readonly isBar?: boolean;
}

export interface ChartOptions {
  /** What it shows, in a sentence: for a screen reader too. */
  readonly title: string;
  /** Milliseconds since 1970, rising. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** How a value is written: `12 min`. */
  readonly text: (value: number) => string;
  /** Distances that the marks of its axis may have, rising; those of decimal numbers when absent. */
  readonly marks?: readonly number[];
}

const HEIGHT = 180;

/** As wide as its place. Times are UTC, as everywhere in the command line. */
export function Chart({ title, times, series, text, marks }: ChartOptions) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<UPlot>(undefined);
  const write = useRef(text);
  write.current = text;
  const data = [times.map(ms => ms / 1000), ...series.map(({ values }) => [...values])] as UPlot.AlignedData;
  const kinds = series.map(({ label, color, isBar }) => `${label}${color}${isBar}`).join();
  useEffect(() => {
    const element = place.current!;
    const plot = () => {
      drawn.current?.destroy();
      drawn.current = new UPlot(
        optionsOf(series, value => write.current(value), element.clientWidth, marks),
        data,
        element,
      );
    };
    plot();
    const sizes = new ResizeObserver(() => {
      drawn.current?.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    sizes.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', plot);
    return () => {
      sizes.disconnect();
      scheme.removeEventListener('change', plot);
      drawn.current?.destroy();
      drawn.current = undefined;
    };
  }, [kinds]);
  useEffect(() => drawn.current?.setData(data));
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div ref={place} aria-hidden="true" />
      <details>
        <summary>The same as a table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <section class="scrolls" aria-label={title} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">time (UTC)</th>
                {series.map(({ label }) => (
                  <th key={label} scope="col" class="number">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times
                .map((ms, row) => (
                  <tr key={ms}>
                    <td>{clock(ms)}</td>
                    {series.map(({ label, values }) => (
                      <td key={label} class="number">
                        {values[row] == null ? '–' : text(values[row])}
                      </td>
                    ))}
                  </tr>
                ))
                .reverse()}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
}

const clock = (ms: number) => new Date(ms).toISOString().slice(11, 19);

function optionsOf(
  series: readonly Series[],
  text: (value: number) => string,
  width: number,
  marks?: readonly number[],
): UPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--quiet'),
    grid: { stroke: color('--rule'), width: 1 },
    ticks: { show: false },
  };
  const lines = series.map(
    ({ label, color: name, isBar }, at): UPlot.Series => ({
      label,
      stroke: color(name),
      ...(isBar
        ? // A later series is drawn in front of the earlier ones, and narrower.
          {
            fill: color(name),
            width: 0,
            points: { show: false },
            paths: UPlot.paths.bars!({ size: [0.85 / (at + 1)], align: 1 }),
          }
        : // A single value between gaps is a point.
          { width: 2, points: { show: true, size: 5, fill: color(name) } }),
      value: (_plot, value) => (value == null ? '' : text(value)),
    }),
  );
  return {
    width,
    height: HEIGHT,
    tzDate: seconds => UPlot.tzDate(new Date(seconds * 1000), 'UTC'),
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      // A bar begins at its time.
      x: { range: (plot, min, max) => [min, max + ((plot.data[0][1] ?? 0) - (plot.data[0][0] ?? 0))] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, max ?? 1) * 1.1] },
    },
    series: [{ label: 'UTC', value: (_plot, value) => (value == null ? '' : clock(value * 1000)) }, ...lines],
    axes: [
      { ...axis, size: 30, values: (_plot, seconds) => seconds.map(one => clock(one * 1000).slice(0, 5)) },
      { ...axis, size: 64, values: (_plot, values) => values.map(text), ...(marks && { incrs: [...marks] }) },
    ],
  };
}
