/** DynamoDB in front of dynalite: it adds the settings that dynalite has not, and finds the server of each table. */
import type { Answer } from '../faults.ts';
import type { Call } from '../loopback.ts';

export interface TableSettings {
  /** Where dynalite answers for this table. */
  readonly endpoint: string;
  pointInTimeRecovery: boolean;
  deletionProtection: boolean;
}

export interface TableFront {
  readonly settings: Map<string, TableSettings>;
  answer(operation: string, call: Call): Promise<Answer>;
}

export function tableFront(): TableFront {
  const settings = new Map<string, TableSettings>();
  return {
    settings,
    async answer(operation, call) {
      const { TableName: name } = JSON.parse(call.body.toString()) as { TableName?: string };
      const table = settings.get(name ?? '');
      if (!table) {
        const __type = 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException';
        return json(400, { __type, message: 'Requested resource not found' });
      }
      if (operation === 'DescribeContinuousBackups') {
        const PointInTimeRecoveryStatus = table.pointInTimeRecovery ? 'ENABLED' : 'DISABLED';
        const PointInTimeRecoveryDescription = { PointInTimeRecoveryStatus };
        const ContinuousBackupsStatus = 'ENABLED';
        return json(200, {
          ContinuousBackupsDescription: { ContinuousBackupsStatus, PointInTimeRecoveryDescription },
        });
      }
      const { status, body } = await forward(table.endpoint, call);
      if (operation !== 'DescribeTable' || status !== 200) return { status, headers: JSON_TYPE, body };
      const { Table } = JSON.parse(body);
      return json(200, { Table: { ...Table, DeletionProtectionEnabled: table.deletionProtection } });
    },
  };
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

async function forward(endpoint: string, { headers, body }: Call) {
  const kept = ['authorization', 'x-amz-date', 'x-amz-target', 'content-type'];
  const answer = await fetch(endpoint, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: Object.fromEntries(kept.map(name => [name, String(headers[name] ?? '')])),
  });
  return { status: answer.status, body: await answer.text() };
}

function json(status: number, body: object): Answer {
  return { status, headers: JSON_TYPE, body: JSON.stringify(body) };
}
