/** The two layouts of records, with limits as Azure's two APIs have them. */
import type { RecordForm } from '../../../lambda/core/model.ts';

export const TEXT: RecordForm = { layout: 'text', fieldMaxBytes: 32_766 };
export const TYPED: RecordForm = { layout: 'typed', fieldMaxBytes: 65_536 };
