/** SharedKey signatures of the HTTP Data Collector API. */
import { createHmac } from 'node:crypto';

export interface SharedKeyInput {
  readonly workspaceId: string;
  /** Primary or secondary key of the workspace, base64. */
  readonly sharedKey: string;
  readonly contentLengthBytes: number;
  /** The `x-ms-date` header, as `rfc1123` writes it: Azure refuses one that is minutes old. */
  readonly date: string;
}

/**
 * The `Authorization` header of a post with content type `application/json`.
 * Never throws; a key that `isSharedKey` refuses gives a signature that Azure refuses.
 * https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#authorization
 */
export function signSharedKey(input: SharedKeyInput): string {
  const { workspaceId, sharedKey, contentLengthBytes, date } = input;
  const signed = `POST\n${contentLengthBytes}\napplication/json\nx-ms-date:${date}\n/api/logs`;
  const signature = createHmac('sha256', Buffer.from(sharedKey, 'base64'))
    .update(signed, 'utf8')
    .digest('base64');
  return `SharedKey ${workspaceId}:${signature}`;
}

/** Whether the text is base64, as the key of a workspace is: a key cut while copying mostly is not. */
export function isSharedKey(text: string): boolean {
  return text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

/** A time in milliseconds since 1970 as HTTP writes it, such as `Mon, 04 Apr 2016 08:00:00 GMT`. */
export function rfc1123(ms: number): string {
  return new Date(ms).toUTCString();
}
