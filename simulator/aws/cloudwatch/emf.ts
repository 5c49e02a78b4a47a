/** Metrics in log lines: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
import type { MetricName } from './samples.ts';

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

const METRICS_A_DIRECTIVE = 100;
const DIMENSIONS_A_SET = 30;

/** What CloudWatch takes out of a line; nothing of a line that is none of its format. Throws for one that it would refuse. */
export function metricsIn(line: string): { readonly metric: MetricName; readonly value: number }[] {
  let root: Readonly<Record<string, unknown>>;
  try {
    root = JSON.parse(line);
  } catch {
    return [];
  }
  const { CloudWatchMetrics: directives = [] } = (root?.['_aws'] ?? {}) as {
    CloudWatchMetrics?: Directive[];
  };
  return directives.flatMap(({ Namespace, Dimensions, Metrics }) => {
    if (Metrics.length > METRICS_A_DIRECTIVE) throw new Error(`${Metrics.length} metrics in a directive`);
    return Dimensions.flatMap(names => {
      if (names.length > DIMENSIONS_A_SET) throw new Error(`${names.length} dimensions in a set`);
      const dimensions = Object.fromEntries(names.map(name => [name, textOf(root, name)]));
      return Metrics.flatMap(({ Name }) =>
        [root[Name]].flat().map(value => {
          if (typeof value !== 'number') throw new Error(`metric ${Name} is ${JSON.stringify(value)}`);
          return { metric: { namespace: Namespace, name: Name, dimensions }, value };
        }),
      );
    });
  });
}

function textOf(root: Readonly<Record<string, unknown>>, name: string): string {
  const value = root[name];
  if (typeof value !== 'string' || value === '')
    throw new Error(`dimension ${name} is ${JSON.stringify(value)}`);
  return value;
}
