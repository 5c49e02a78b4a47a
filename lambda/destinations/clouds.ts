/** The Azure clouds: https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure */
import * as v from 'valibot';
import { oneOf } from '../core/settings/values.ts';

/** The setting `azure.cloud` of every destination in Azure. */
export const cloud = v.optional(oneOf(['public', 'us-gov', 'china']), 'public');

export type Cloud = v.InferOutput<typeof cloud>;

export interface CloudAddresses {
  /** Where Entra gives tokens. */
  readonly authority: string;
  /** The scope of a token for the Logs Ingestion API. */
  readonly ingestionScope: string;
  /** The Log Analytics query API, and the resource that a token for it names. */
  readonly queryApi: string;
  readonly queryResource: string;
}

/**
 * https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud,
 * https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview and
 * https://learn.microsoft.com/azure/azure-monitor/logs/api/access-api; the other clouds' query APIs as the Azure CLI has them:
 * https://github.com/Azure/azure-cli/blob/dev/src/azure-cli-core/azure/cli/core/cloud.py
 */
export const CLOUDS: Readonly<Record<Cloud, CloudAddresses>> = {
  public: {
    authority: 'https://login.microsoftonline.com',
    ingestionScope: 'https://monitor.azure.com/.default',
    queryApi: 'https://api.loganalytics.azure.com',
    queryResource: 'https://api.loganalytics.io',
  },
  'us-gov': {
    authority: 'https://login.microsoftonline.us',
    ingestionScope: 'https://monitor.azure.us/.default',
    queryApi: 'https://api.loganalytics.us',
    queryResource: 'https://api.loganalytics.us',
  },
  china: {
    authority: 'https://login.partner.microsoftonline.cn',
    ingestionScope: 'https://monitor.azure.cn/.default',
    queryApi: 'https://api.loganalytics.azure.cn',
    queryResource: 'https://api.loganalytics.azure.cn',
  },
};

/** Of a token for the query API. */
export const queryScope = (one: Cloud): string => `${CLOUDS[one].queryResource}/.default`;
