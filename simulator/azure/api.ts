/** What an API that a pipeline may post to says of itself. The server asks it: it knows no kind. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from '../faults.ts';
import type { Call } from '../loopback.ts';
import type { Entra, EntraSettings } from './entra.ts';
import type { StoredRecord } from './received.ts';
import type { Workspace } from './workspace.ts';

/** Settings that every API has. */
export interface CommonSettings {
  readonly entra: EntraSettings;
  /** Records that hold it are refused; none are when it is empty. */
  readonly poisonMark: string;
  readonly now: () => number;
  /** What an empty array meets; `accepted` when absent. Azure does not document it. */
  readonly emptyArray?: 'accepted' | 'refused';
  /** Laid over the answer to an accepted post, whose body and headers Azure does not document. */
  readonly acceptedAnswer?: Partial<Answer>;
}

/** What may be said of these settings, where Entra's may be said in part. */
export type Partly<S> = Partial<Omit<S, 'entra'>> & { readonly entra?: Partial<EntraSettings> };

/** `S`: settings of its own, whose names no other API has. */
export interface Api<S> {
  /** As a pipeline's configuration names it. */
  readonly kind: string;
  /** As its vendor writes it. */
  readonly title: string;
  /** The paths that are its own. */
  readonly path: RegExp;
  readonly defaults: S;
  /** How a pipeline is configured for it. */
  settings(settings: S & CommonSettings): Readonly<Record<string, unknown>>;
  /** The field of a pipeline's secret that holds what it accepts, and what that is. */
  readonly secretField: string;
  secret(settings: S & CommonSettings): string;
  /** Settings with which it accepts this secret and no other. */
  withSecret(secret: string): Partly<S & CommonSettings>;
  /** Settings with which a larger body, before compression, is too large. */
  upTo(bytes: number): Partial<S>;
  /** Lets shaped records into the workspace, as they come when they have been accepted. */
  arrive(workspace: Workspace, records: StoredRecord[], atMs: number): void;
  /** Throws Error naming the first setting that Azure would not take. */
  open(settings: S & CommonSettings, workspace: Workspace, entra: Entra): OpenApi;
}

export interface OpenApi {
  answer(call: Call): Answer;
  /** Accepts this secret alone from now on, and no token of before. */
  setSecret(secret: string): void;
  /** Called for every post before its body arrives, including one that meets a fault; true cuts the connection. */
  cutsOff?(headers: IncomingHttpHeaders): boolean;
}
