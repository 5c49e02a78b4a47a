/** The ledger of a deployed pipeline: lines of its ship function's log group, see lambda/edges/telemetry.ts. */
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { LEDGER_MESSAGE } from '../../../lambda/core/contract.ts';
import type { LedgerEntry, ReadEntry } from '../../../lambda/core/ledger.ts';
import { isObject } from '../../../lambda/core/record/log.ts';
import type { StackClients } from './clients.ts';

/** The entries written since `fromMs`, oldest first. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export async function* stackLedger(
  { logs, ask }: Pick<StackClients, 'logs' | 'ask'>,
  logGroup: string,
  fromMs: number,
): AsyncGenerator<ReadEntry> {
  let nextToken: string | undefined;
  do {
    const command = new FilterLogEventsCommand({
      logGroupName: logGroup,
      startTime: Math.max(0, Math.floor(fromMs)),
      filterPattern: `{ $.message = "${LEDGER_MESSAGE}" }`,
      ...(nextToken !== undefined && { nextToken }),
    });
    const answer = await ask(
      'logs:FilterLogEvents',
      () => logs.send(command),
      `the log group ${logGroup} does not exist; if it was deleted, logs that were settled before cannot be verified`,
    );
    for (const { message = '', timestamp } of answer.events ?? []) {
      const entry = entryOf(message);
      if (entry) yield { ...entry, ...(timestamp !== undefined && { enteredAtMs: timestamp }) };
    }
    nextToken = answer.nextToken;
  } while (nextToken !== undefined);
}

/** Undefined for a line that is not an entry. */
function entryOf(line: string): LedgerEntry | undefined {
  try {
    const { message, ledger } = Object(JSON.parse(line)) as Record<string, unknown>;
    const isEntry =
      message === LEDGER_MESSAGE &&
      isObject(ledger) &&
      typeof ledger['lastLogId'] === 'string' &&
      typeof ledger['ids'] === 'string';
    return isEntry ? (ledger as unknown as LedgerEntry) : undefined;
  } catch {
    return undefined;
  }
}
