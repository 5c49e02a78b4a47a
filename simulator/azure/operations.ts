/**
 * Where Azure reports what it did to data that it had accepted: `_LogOperation` for the workspace, `DCRLogErrors` for
 * the data collection rule. Nothing else reports a drop; the answer to the post does not.
 * https://learn.microsoft.com/azure/azure-monitor/logs/monitor-workspace
 * https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-monitor
 */

/** A row of the function `_LogOperation`. */
export interface LogOperation {
  readonly TimeGenerated: string;
  readonly Category: 'Ingestion';
  readonly Operation: string;
  readonly Level: 'Info' | 'Warning' | 'Error';
  readonly Detail: string;
}

/** A row of the table `DCRLogErrors`. */
export interface DcrLogError {
  readonly TimeGenerated: string;
  readonly OperationName: 'Ingestion' | 'Transformation';
  readonly InputStreamId: string;
  readonly Message: string;
  readonly ClientRequestId: string;
}

export type Operations = ReturnType<typeof startOperations>;

const HOUR_MS = 3_600_000;
/** "Every six hours while the threshold continues to be exceeded." */
const RATE_EVENT_MS = 6 * HOUR_MS;
/** "Only a limited number of times each hour": the number differs by region, so this is a guess, and a low one. */
const ERRORS_PER_HOUR = 10;

export function startOperations() {
  const logOperations: LogOperation[] = [];
  const dcrLogErrors: DcrLogError[] = [];
  const errorsOfHour = new Map<string, number>();
  let rateEventMs = Number.NEGATIVE_INFINITY;

  const note = (atMs: number, Level: LogOperation['Level'], Operation: string, Detail: string): void => {
    logOperations.push({ TimeGenerated: iso(atMs), Category: 'Ingestion', Operation, Level, Detail });
  };

  /** A repeated error is logged a few times, then once as muted, then no more in that hour. */
  const dcrError = (atMs: number, error: Omit<DcrLogError, 'TimeGenerated'>): void => {
    const key = `${Math.floor(atMs / HOUR_MS)} ${error.OperationName} ${error.Message}`;
    const count = (errorsOfHour.get(key) ?? 0) + 1;
    errorsOfHour.set(key, count);
    if (count > ERRORS_PER_HOUR + 1) return;
    const muted = `The error occurs too often and is not logged again in this hour: ${error.Message}`;
    const Message = count > ERRORS_PER_HOUR ? muted : error.Message;
    dcrLogErrors.push({ TimeGenerated: iso(atMs), ...error, Message });
  };

  return {
    logOperations,
    dcrLogErrors,
    capReached: (atMs: number) =>
      note(
        atMs,
        'Warning',
        'Data collection Status',
        'Data collection stopped due to daily limit of free data reached. Ingestion status = OverQuota',
      ),
    // The name of the status: https://learn.microsoft.com/dotnet/api/azure.resourcemanager.operationalinsights.models.operationalinsightsdataingestionstatus
    capReset: (atMs: number) =>
      note(
        atMs,
        'Info',
        'Data collection Status',
        'Data collection started due to new day. Ingestion status = RespectQuota',
      ),
    // "80% of daily cap quota reached", says the page of the statuses above. The text of the message is not documented.
    capApproaching: (atMs: number) =>
      note(atMs, 'Warning', 'Data collection Status', 'Data collection. Ingestion status = ApproachingQuota'),
    // A warning "when the ingestion volume rate has reached 80 percent of the limit". Its text is not documented.
    rateApproaching: (atMs: number) =>
      note(
        atMs,
        'Warning',
        'Ingestion rate',
        'The data ingestion volume rate reached 80% of the threshold in your workspace.',
      ),
    rateExceeded: (atMs: number, bytesPerMinute: number) => {
      if (atMs - rateEventMs < RATE_EVENT_MS) return;
      rateEventMs = atMs;
      note(
        atMs,
        'Error',
        'Ingestion rate',
        `The data ingestion volume rate crossed the threshold in your workspace: ${(bytesPerMinute / 1e6).toFixed(2)} MB per one minute and data has been dropped.`,
      );
    },
    tooManyColumns: (atMs: number, table: string, columns: number, limit: number) =>
      note(
        atMs,
        'Error',
        'Maximum table column count',
        `Data of type ${table} was dropped because number of fields ${columns} is above the limit of ${limit} custom fields per data type.`,
      ),
    // As seen in the field: https://github.com/Azure/logicapps/issues/965
    tableIsV2: (atMs: number, table: string) =>
      note(
        atMs,
        'Error',
        'Custom log',
        `Data of type ${table} was dropped: Custom log is V2, Workspace cannot be modified`,
      ),
    fieldsTrimmed: (atMs: number, table: string, fields: readonly string[], limitBytes: number) =>
      note(
        atMs,
        'Warning',
        'Field content validation',
        `The following fields' values ${fields.join(', ')} of type ${table} have been trimmed to the max allowed size, ${limitBytes} bytes. Please adjust your input accordingly.`,
      ),
    // The text of the message is not documented.
    transformFailed: (atMs: number, stream: string) =>
      dcrError(atMs, {
        OperationName: 'Transformation',
        InputStreamId: stream,
        Message: 'An error occurred while running the transformation',
        ClientRequestId: '',
      }),
    dcrError,
  };
}

const iso = (ms: number) => new Date(ms).toISOString();
