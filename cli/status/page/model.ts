/** What `status --web` sends to its page, as JSON. */

export interface StatusState {
  /** Where the pipelines are, in words. */
  readonly place: string;
  readonly askedAtMs: number;
  readonly pipelines: readonly PipelineView[];
  /** Why the last look failed; what is shown is the one before. */
  readonly problem?: string;
}

export interface PipelineView {
  readonly name: string;
  readonly health: 'healthy' | 'degraded' | 'unhealthy' | 'unknown';
  /** As `status` prints it first. */
  readonly sentence: string;
  readonly reasons: readonly { readonly what: string; readonly runbook?: string }[];
  /** As `status` prints them below. */
  readonly details: readonly DetailView[];
}

export interface DetailView {
  readonly label: string;
  readonly text: string;
  readonly isCommand: boolean;
}
