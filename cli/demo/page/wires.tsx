/** Lines between the stations, measured from where these are, and dots that move along them when logs do. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { LiveState } from './model.ts';

interface Wire {
  readonly from: string;
  readonly to: string;
  /** How many logs took it between two states. */
  readonly moved: (before: LiveState, now: LiveState) => number;
  readonly tone?: 'warn' | 'bad';
  /** Nothing takes it unless an operator says so. */
  readonly isOperators?: true;
}

const grown = (before: number, now: number) => Math.max(0, now - before);
const delivered = (before: LiveState, now: LiveState) => now.replay.delivered > before.replay.delivered;
const records = (before: LiveState, now: LiveState) => grown(before.azure.records, now.azure.records);

const WIRES: readonly Wire[] = [
  {
    from: 'auth0',
    to: 'ship',
    moved: (before, now) => grown(before.books.settled, now.books.settled),
  },
  { from: 'ship', to: 'accepted', moved: (b, n) => (delivered(b, n) ? 0 : records(b, n)) },
  { from: 'accepted', to: 'stored', moved: (b, n) => grown(b.azure.rows, n.azure.rows) },
  {
    from: 'ship',
    to: 'checkpoint',
    moved: (b, n) => Number(b.checkpoint?.logId !== n.checkpoint?.logId),
  },
  { from: 'ship', to: 'retry', moved: (b, n) => grown(b.retry.logs, n.retry.logs), tone: 'warn' },
  { from: 'retry', to: 'replay', moved: (b, n) => grown(n.retry.logs, b.retry.logs), tone: 'warn' },
  { from: 'replay', to: 'accepted', moved: (b, n) => (delivered(b, n) ? records(b, n) : 0) },
  {
    from: 'ship',
    to: 'dead',
    moved: (b, n) => (delivered(b, n) ? 0 : grown(b.dead.logs, n.dead.logs)),
    tone: 'bad',
  },
  {
    from: 'replay',
    to: 'dead',
    moved: (b, n) => (delivered(b, n) ? grown(b.dead.logs, n.dead.logs) : 0),
    tone: 'bad',
  },
  {
    from: 'dead',
    to: 'retry',
    moved: (b, n) => grown(n.dead.logs, b.dead.logs),
    tone: 'warn',
    isOperators: true,
  },
];

const MOST_DOTS = 6;
const DOT_MS = 900;
const APART_MS = 110;

interface Drawn {
  readonly wire: Wire;
  readonly path: string;
}

export function Wires({
  place,
  state,
}: {
  readonly place: RefObject<HTMLDivElement | null>;
  readonly state: LiveState;
}) {
  const [drawn, setDrawn] = useState<readonly Drawn[]>([]);
  const dots = useRef<HTMLDivElement>(null);
  const before = useRef(state);
  useLayoutEffect(() => {
    const element = place.current!;
    const measure = () => setDrawn(WIRES.map(wire => ({ wire, path: pathOf(element, wire) })));
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    for (const station of element.querySelectorAll('[data-station]')) sizes.observe(station);
    return () => sizes.disconnect();
  }, []);
  useEffect(() => {
    const former = before.current;
    before.current = state;
    if (former === state || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    for (const { wire, path } of drawn) {
      const count = Math.min(MOST_DOTS, wire.moved(former, state));
      for (let i = 0; i < count; i++) moveDot(dots.current!, path, wire.tone ?? '', i * APART_MS);
    }
  }, [state]);
  return (
    <>
      <svg class="wires" aria-hidden="true">
        <defs>
          {(['', 'warn', 'bad'] as const).map(tone => (
            <marker
              key={tone}
              id={`tip${tone}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0 8 4 0 8z" class={`tip ${tone}`} />
            </marker>
          ))}
        </defs>
        {drawn.map(({ wire, path }) => (
          <path
            key={`${wire.from} ${wire.to}`}
            d={path}
            class={`wire ${wire.tone ?? ''} ${wire.isOperators ? 'operator' : ''}`}
            marker-end={`url(#tip${wire.tone ?? ''})`}
          />
        ))}
      </svg>
      <div class="dots" ref={dots} aria-hidden="true" />
    </>
  );
}

function moveDot(place: HTMLElement, path: string, tone: string, delay: number): void {
  const dot = document.createElement('i');
  dot.className = `dot ${tone}`;
  dot.style.offsetPath = `path("${path}")`;
  place.append(dot);
  const moves = [
    { offsetDistance: '0%', opacity: 0 },
    { opacity: 1, offset: 0.15 },
    { opacity: 1, offset: 0.85 },
    { offsetDistance: '100%', opacity: 0 },
  ];
  const animation = dot.animate(moves, { duration: DOT_MS, delay, easing: 'ease-in-out', fill: 'both' });
  animation.onfinish = () => dot.remove();
}

/** From the side of one station to the facing side of the other, in pixels of their common place. */
function pathOf(place: HTMLElement, { from, to }: Wire): string {
  const origin = place.getBoundingClientRect();
  const boxOf = (name: string) => {
    const { left, top, width, height } = place
      .querySelector(`[data-station="${name}"]`)!
      .getBoundingClientRect();
    const [x, y] = [left - origin.left, top - origin.top];
    return { left: x, right: x + width, top: y, bottom: y + height, x: x + width / 2, y: y + height / 2 };
  };
  const [a, b] = [boxOf(from), boxOf(to)];
  const line = (x1: number, y1: number, x2: number, y2: number, isLevel: boolean) => {
    const middle = isLevel ? (x1 + x2) / 2 : (y1 + y2) / 2;
    return isLevel
      ? `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
      : `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
  };
  const isBeside = a.top < b.bottom && b.top < a.bottom;
  const [width, height] = [a.right - a.left, a.bottom - a.top];
  if (isBeside) {
    const isNext = Math.abs(a.x - b.x) < 1.8 * width;
    if (!isNext) return below(a, b);
    return b.left > a.right ? line(a.right, a.y, b.left, b.y, true) : line(a.left, a.y, b.right, b.y, true);
  }
  const isSameColumn = Math.abs(a.x - b.x) < 2;
  if (isSameColumn && Math.abs(a.y - b.y) > 1.8 * height) return around(a, b);
  // So that the wires of one station begin apart.
  const shift = Math.sign(b.x - a.x) * width * 0.2;
  return b.top > a.bottom
    ? line(a.x + shift, a.bottom, b.x - shift, b.top, false)
    : line(a.x + shift, a.top, b.x - shift, b.bottom, false);
}

interface Box {
  readonly right: number;
  readonly bottom: number;
  readonly x: number;
  readonly y: number;
}

/** Past what lies between two stations of a row. */
function below(a: Box, b: Box): string {
  const depth = Math.max(a.bottom, b.bottom) + 38;
  return `M${a.x} ${a.bottom}C${a.x} ${depth} ${b.x} ${depth} ${b.x} ${b.bottom}`;
}

/** The same for a column. */
function around(a: Box, b: Box): string {
  const far = Math.max(a.right, b.right) + 8 + Math.abs(a.y - b.y) * 0.05;
  return `M${a.right} ${a.y}C${far} ${a.y} ${far} ${b.y} ${b.right} ${b.y}`;
}
