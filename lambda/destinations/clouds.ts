/** The Azure clouds: https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure */
import * as v from 'valibot';
import { oneOf } from '../core/settings/values.ts';

/** The setting `azure.cloud` of every destination in Azure. */
export const cloud = v.optional(oneOf(['public', 'us-gov', 'china']), 'public');

export type Cloud = v.InferOutput<typeof cloud>;
