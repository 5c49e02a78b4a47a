/** The description of a destination. All other code uses it: no other place depends on a kind. */
import type * as v from 'valibot';
import { type Cause, type Refused, remedyOf } from '../core/cause.ts';
import type { Fetch } from '../core/http.ts';
import type { AnswerMeaning, Clock, Destination, RecordForm, SecretSource } from '../core/model.ts';
import type { TokenAnswer } from '../core/oauth.ts';
import type { StoredPlace } from '../core/workspace.ts';
import type { Cloud } from './clouds.ts';

/** Settings that every destination has: `azure` of a pipeline. */
export interface CommonSettings {
  readonly kind: string;
  /** The most that one post may carry, brackets and commas included. */
  readonly maxBatchBytes: number;
  /** Name or ARN of its secret. */
  readonly secret?: string | undefined;
}

/** A setting, for docs/configuration.md. */
export interface Description {
  /** Markdown, one paragraph. */
  readonly means: string;
  /** A value that the schema takes. */
  readonly example: unknown;
}

/** Where records go, in words. */
export interface Place {
  /** Two settings with the same words lead to the same table. The local ledger is named after it: it never changes. */
  readonly identity: string;
  /** What is posted to, such as `workspace 0123…`. */
  readonly address: string;
  /** `table Auth0_CL`, `stream Custom-Auth0Logs_CL`. */
  readonly target: string;
  /** `Auth0_CL`. */
  readonly name: string;
  /** The settings that lead there, for "check …". */
  readonly settings: string;
}

/** Where rows can be asked for. */
export type Stored = StoredPlace & {
  readonly cloud: Cloud;
  /** The id of the workspace, where the settings have it. */
  readonly workspaceId: string | undefined;
};

/** An application or managed identity of Entra, however it authenticates. */
export interface EntraApplication {
  readonly tenantId: string;
  readonly clientId: string;
  readonly cloud: Cloud;
  /** Name or ARN of the secret with the client secret, if any. */
  readonly secret?: string | undefined;
}

export interface EntraIdentity extends EntraApplication {
  /** With a client secret, or with the function's AWS role. */
  readonly auth: 'client-secret' | 'federated';
}

/** Something that may be wrong, and what to do. After a line break, each line of a remedy is a command. */
export interface Doubt {
  readonly text: string;
  readonly remedy: string;
}

/** The one field of a destination's secret. */
export interface SecretField {
  readonly name: string;
  /** The environment variable that holds it, for a run on one machine. */
  readonly variable: string;
  /** What can be wrong with a value, as far as it can be seen; the text goes on after the secret's name. */
  problemOf(value: string): { readonly level: 'error' | 'warning'; readonly text: string } | undefined;
}

/** Pure: imported by the CDK app and by the command line too. `S`: its settings, defaults filled in. */
export interface DestinationSpec<S extends CommonSettings = CommonSettings> {
  readonly kind: S['kind'];
  /** The API's name, as its vendor writes it. */
  readonly api: string;
  /** Strict: unknown settings are refused. */
  readonly settings: v.GenericSchema<unknown, S>;
  /** Of each of its settings, but for those that scripts/config-descriptions.ts describes for every kind. */
  readonly descriptions: Readonly<Record<string, Description>>;
  readonly form: RecordForm;
  readonly meaning: AnswerMeaning;
  /** Codes that refuse an empty post because it is empty: a service that reads the body has accepted the credentials. */
  readonly emptyRefused: ReadonlySet<string>;
  readonly secretField: SecretField;
  /** Whether only the function itself may post, by its AWS role, and there is no secret. */
  isFederated(settings: S): boolean;
  /** The identity that may query the workspace, and posts if the API needs one; undefined if the settings have none. */
  identity?(settings: S): EntraIdentity | undefined;
  place(settings: S): Place;
  /** The data collection rule that must declare the columns; undefined where there is none. */
  rule?(settings: S): { readonly immutableId: string; readonly stream: string };
  /** The table of its records; undefined if that is not in a Log Analytics workspace. */
  stored?(settings: S): Stored;
  /** Whether the API creates its table in a Log Analytics workspace automatically. One with a rule does not. */
  readonly makesTable?: boolean;
  /** Where posts need a token: the check of `doctor`, who gives it, and the settings that it hangs on. */
  readonly token?: {
    readonly check: string;
    readonly vendor: string;
    settings(settings: S): string;
    readonly causes: readonly Cause[];
  };
  /** What in valid settings deserves a second look. */
  doubts(settings: S): readonly Doubt[];
  /** Why it refuses a post, and what to do. See docs/runbook.md, denied-by-azure. */
  readonly causes: readonly Cause[];
  /** What the causes name in braces. */
  values(settings: S): Readonly<Record<string, string>>;
  /** What its users should know today. `nowMs`: milliseconds since 1970. */
  notice?(nowMs: number): Doubt & { readonly check: string };
}

/** What a destination is opened with. */
export interface Opening {
  readonly secrets: SecretSource;
  readonly clock: Clock;
  /** Posts. */
  readonly fetch: Fetch;
  /** Asks for tokens, where the destination needs one. */
  readonly fetchToken: Fetch;
  /** Instead of the vendor's address, for a simulator: no path, no trailing slash. */
  readonly baseUrl?: string | undefined;
  /** As above, for tokens. */
  readonly tokenBaseUrl?: string | undefined;
  /**
   * AWS's word for who this Lambda is; asked for where isFederated. `nobody`, where there is no Lambda: then posts carry
   * a token that proves nothing, and the destination's refusal shows that it is reachable.
   */
  readonly identity: (() => WebIdentity) | 'nobody';
}

/** A signed token that says who this is. Law: never throws; a new one at every call. */
export type WebIdentity = (limit: AbortSignal) => Promise<TokenAnswer>;

/** Gives a token. Law: never throws. */
export type TokenSource = (timeoutMs: number) => Promise<TokenAnswer>;

/** A destination, and where it needs a token, the token alone. */
export interface Opened {
  readonly destination: Destination;
  readonly token?: TokenSource;
}

/** How a destination's answers are understood, with what to do about a refusal by these settings. */
export function meaningFor<S extends CommonSettings>(spec: DestinationSpec<S>, settings: S): AnswerMeaning {
  const values = spec.values(settings);
  return { ...spec.meaning, remedyOf: (refused: Refused) => remedyOf(spec.causes, refused, values) };
}
