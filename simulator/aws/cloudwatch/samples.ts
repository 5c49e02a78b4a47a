/** What was sent to CloudWatch: samples by metric and minute, each of which arrives some minutes after its time. */

export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface Bucket {
  sum: number;
  count: number;
  least: number;
  most: number;
}

interface Series {
  readonly delay: number;
  /** By minute, in the order in which they were sent. */
  readonly minutes: number[];
  readonly buckets: Bucket[];
}

export interface Samples {
  /** `minute` is the sample's own time; minutes are sent in order. */
  send(metric: MetricName, minute: number, value: number): void;
  /** Reads one metric; what it returns is asked for the minutes after `from` up to `to`, of what has arrived at `now`. */
  reader(
    metric: MetricName,
    statistic: string,
  ): (from: number, to: number, now: number) => number | undefined;
  /** In how many hours each metric of a namespace was sent: what CloudWatch bills. https://aws.amazon.com/cloudwatch/pricing/ */
  hours(namespace: string): ReadonlyMap<string, number>;
}

/** @param delays minutes until a sample of a namespace arrives; metrics in log lines wait for the log, AWS's own for the service. */
export function samples(delays: Readonly<Record<string, number>> = {}): Samples {
  const all = new Map<string, Series>();
  return {
    send: (metric, minute, value) => {
      const key = keyOf(metric);
      const series = all.get(key) ?? { delay: delays[metric.namespace] ?? 1, minutes: [], buckets: [] };
      all.set(key, series);
      if (series.minutes.at(-1) !== minute) {
        series.minutes.push(minute);
        series.buckets.push({ sum: 0, count: 0, least: value, most: value });
      }
      const bucket = series.buckets.at(-1)!;
      bucket.sum += value;
      bucket.count++;
      bucket.least = Math.min(bucket.least, value);
      bucket.most = Math.max(bucket.most, value);
    },
    reader: (metric, statistic) => {
      const series = all.get(keyOf(metric));
      return (from, to, now) =>
        series ? read(series, statistic, from, Math.min(to, now - series.delay)) : undefined;
    },
    hours: namespace =>
      new Map(
        [...all]
          .filter(([key]) => key.startsWith(`${namespace} `))
          .map(([key, { minutes }]) => [key, new Set(minutes.map(one => Math.floor(one / 60))).size]),
      ),
  };
}

function read(
  { minutes, buckets }: Series,
  statistic: string,
  from: number,
  last: number,
): number | undefined {
  let at = firstAfter(minutes, from);
  if (at === minutes.length || minutes[at]! > last) return undefined;
  const found = { ...buckets[at]! };
  for (at++; at < minutes.length && minutes[at]! <= last; at++) {
    const bucket = buckets[at]!;
    found.sum += bucket.sum;
    found.count += bucket.count;
    found.least = Math.min(found.least, bucket.least);
    found.most = Math.max(found.most, bucket.most);
  }
  return chosen(found, statistic);
}

/** One metric is a name with all its dimensions: another dimension, another metric. */
function keyOf({ namespace, name, dimensions }: MetricName): string {
  let pairs = '';
  for (const dimension of Object.keys(dimensions).sort()) pairs += ` ${dimension}=${dimensions[dimension]}`;
  return `${namespace} ${name}${pairs}`;
}

function firstAfter(minutes: readonly number[], from: number): number {
  let low = 0;
  let high = minutes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (minutes[middle]! <= from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function chosen({ sum, count, least, most }: Bucket, statistic: string): number {
  const values: Readonly<Record<string, number>> = {
    Sum: sum,
    SampleCount: count,
    Minimum: least,
    Maximum: most,
    Average: sum / count,
  };
  const value = values[statistic];
  if (value === undefined) throw new Error(`statistic ${statistic} is not simulated`);
  return value;
}
