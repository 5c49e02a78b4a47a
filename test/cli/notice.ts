/** What users of a destination should know today, as the commands say it on standard error before anything else. */
import { specOf } from '../../lambda/destinations/all.ts';
import { KINDS } from '../../simulator/azure/apis.ts';

const text = specOf({ kind: KINDS[0] }).notice?.(Date.now()).text;

/** A pattern of the notice's line, in which days may pass; of nothing, where the destination has none. */
export const NOTICE_LINE =
  text === undefined
    ? ''
    : `warning: ${text.replace(/[.()[\]]/g, '\\$&').replace(/\d+/g, '\\d+')}; to migrate: docs/azure\\.md\\n`;
