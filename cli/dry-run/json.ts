/** A dry run's result, for machines. */
import { COLUMNS } from '../../lambda/core/record/columns.ts';
import type { Operated } from '../pipelines/operated.ts';
import { unknownFieldLines } from '../pipelines/redaction.ts';
import type { Preview } from '../window/preview.ts';
import { previewJson } from '../window/preview-show.ts';
import type { Start } from './show.ts';

/** What `--json` prints. */
export function dryRunJson({ config }: Operated, start: Start, result: Preview) {
  const { logId, logDateMs } = start.checkpoint;
  return {
    pipeline: config.name,
    begunAfter: {
      logId,
      ...(logDateMs === undefined ? {} : { loggedAt: new Date(logDateMs).toISOString() }),
      because: start.because,
    },
    ...previewJson(result),
    redactionUnknown: unknownFieldLines(config.redact),
    columns: COLUMNS.map(({ name }) => ({ name, records: result.columns.get(name) ?? 0 })),
    samples: result.samples.map(({ json }) => JSON.parse(json)),
  };
}
