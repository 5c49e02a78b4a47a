/** What the tests of everything else need to know of a kind of destination. */
import type fc from 'fast-check';
import type { AzureSimulator } from '../../simulator/azure/server.ts';
import type { Request } from '../simulator/azure/calls.ts';

export interface Sample {
  /** The least that must be configured. */
  readonly azure: Readonly<Record<string, string>> & { readonly kind: string; readonly secret: string };
  /** What parsing fills in. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Any of what may be configured besides. */
  readonly besides: fc.Arbitrary<Record<string, unknown>>;
  /** Settings of free text, each with a value of its own: they go into an address, a header or a form. */
  readonly carried: Readonly<Record<string, string>>;
  /** A secret by chance, as its vendor makes them. */
  newSecret(): string;
  /** How the destination reports a wrong secret. */
  readonly wrongSecret: RegExp;
  /** Whether posts, or requests for a token, carry the secret itself. */
  readonly isSecretSent: boolean;
  /** Where the same records go to another place. */
  readonly elsewhere: readonly Readonly<Record<string, string>>[];
  /** How a vendor that repeats what it was sent shows its credentials. */
  readonly proof: RegExp;
  /** A post that its simulator accepts, written by hand, and how that is answered. */
  request(azure: AzureSimulator, body: Uint8Array): Request | Promise<Request>;
  readonly status: number;
}
