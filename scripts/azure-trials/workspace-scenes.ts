/** Scenes of a workspace's own logs. The model of Azure writes them, not the trial. */
import type { StoredRecord } from '../../simulator/azure/received.ts';
import { openWorkspace, type Workspace } from '../../simulator/azure/workspace.ts';
import type { WorkspaceSettings } from '../../simulator/azure/workspace-settings.ts';
import { NOW_MS, type Scene } from './scene.ts';

type Play = (workspace: Workspace) => void;

/** The logs of a workspace with these settings after these events. */
export function reported(settings: Partial<WorkspaceSettings>, ...plays: readonly Play[]): Scene {
  const workspace = openWorkspace(settings);
  for (const play of plays) play(workspace);
  const { _LogOperation = [], DCRLogErrors = [] } = workspace.tables();
  return { logs: [], others: { _LogOperation, DCRLogErrors } };
}

/** The same, as some workspaces have it: Operation holds a GUID instead of a name, against its documentation. */
export const withGuids = ({ others: { _LogOperation = [], ...others } = {}, ...scene }: Scene): Scene => ({
  ...scene,
  others: {
    ...others,
    _LogOperation: _LogOperation.map(row => ({ ...row, Operation: '995abe77-99ad-4625-9b17-10f3023cc330' })),
  },
});

/** This many records through the Logs Ingestion API, this many minutes ago. */
export const ingested =
  (count: number, minutesAgo: number, more: StoredRecord = {}): Play =>
  workspace =>
    workspace.ingest(records(count, minutesAgo, more), timeOf(minutesAgo));

/** The same through the Data Collector API. */
export const collected =
  (count: number, minutesAgo: number, logType = 'Auth0', more: StoredRecord = {}): Play =>
  workspace =>
    workspace.collect(
      { logType, records: records(count, minutesAgo, more), timeField: 'event_date' },
      timeOf(minutesAgo),
    );

const timeOf = (minutesAgo: number) => NOW_MS - minutesAgo * 60_000;

function records(count: number, minutesAgo: number, more: StoredRecord): StoredRecord[] {
  const event_date = new Date(timeOf(minutesAgo)).toISOString();
  return Array.from({ length: count }, (_, index) => ({
    event_date,
    LogId: `${index}`,
    EventType: 's',
    Description: 'A log.',
    SrcIpAddr: '192.0.2.10',
    ActorUserId: 'auth0|sample',
    ...more,
  }));
}
