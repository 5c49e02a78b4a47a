/** CloudWatch Logs, as far as FilterLogEvents: AWS JSON 1.1. */
import type { Answer } from '../faults.ts';

export interface LogEvent {
  readonly atMs: number;
  readonly message: string;
}

/** Events that are searched for one page, so that pages may be empty and still not the last, as AWS's are. */
const SEARCHED_PER_PAGE = 20;

export function logGroups() {
  const groups = new Map<string, LogEvent[]>();
  return {
    groups,
    answer(operation: string, body: Buffer): Answer {
      if (operation !== 'FilterLogEvents')
        return refusal('UnknownOperationException', 'Only FilterLogEvents.');
      return filterLogEvents(JSON.parse(body.toString()) as Readonly<Record<string, unknown>>, groups);
    },
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
function filterLogEvents(
  given: Readonly<Record<string, unknown>>,
  groups: ReadonlyMap<string, readonly LogEvent[]>,
): Answer {
  const { logGroupName: name, filterPattern: pattern, startTime: from = 0, endTime: to } = given;
  const group = groups.get(String(name));
  if (!group) return refusal('ResourceNotFoundException', 'The specified log group does not exist.');
  // Of the pattern language, one equality: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
  const [, field, value] = /^\{ \$\.(\w+) = "([^"]*)" \}$/.exec(String(pattern)) ?? [];
  if (field === undefined) return refusal('InvalidParameterException', 'Invalid filter pattern');
  if (!Number.isInteger(from)) return refusal('SerializationException', 'startTime is not a whole number');
  const inTime = group
    .filter(({ atMs }) => atMs >= Number(from) && (to === undefined || atMs < Number(to)))
    .sort((a, b) => a.atMs - b.atMs);
  const first = Number(given['nextToken'] ?? 0);
  const next = first + SEARCHED_PER_PAGE;
  return json(200, {
    searchedLogStreams: [],
    events: inTime
      .slice(first, next)
      .filter(({ message }) => jsonField(message, field) === value)
      .map(({ atMs, message }, at) => ({ eventId: `${first + at}`, timestamp: atMs, message })),
    ...(next < inTime.length && { nextToken: String(next) }),
  });
}

/** Undefined for a line that is not JSON, such as the lines that Lambda itself writes. */
function jsonField(line: string, field: string): unknown {
  try {
    return Object(JSON.parse(line))[field];
  } catch {
    return undefined;
  }
}

function refusal(type: string, message: string): Answer {
  return json(400, { __type: type, message });
}

function json(status: number, body: object): Answer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) };
}
