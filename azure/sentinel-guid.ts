/** Ids that never change: a deployment updates what an earlier one made. */
import { createHash } from 'node:crypto';

/** The namespace of this project's ids; chosen once. */
const NAMESPACE = '6f1d2b0e-8c0f-4d0e-9a55-3f4b8b1f0c77';

/** A name-based UUID of version 5: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-5 */
export function stableGuid(name: string): string {
  const space = Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex');
  const bytes = createHash('sha1').update(space).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
