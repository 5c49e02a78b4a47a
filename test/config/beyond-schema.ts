/** What the parser refuses and JSON Schema cannot say: each with its reason, what the parser says of it, and an example. */
import { PIPELINE, type Settings } from './samples.ts';

export interface Beyond {
  readonly why: string;
  /** Of the parser's sentence. */
  readonly problem: RegExp;
  /** A file that config.schema.json takes. */
  readonly example: Settings;
}

const many = (file: Settings) => ({ pipelines: [PIPELINE, { ...PIPELINE, name: 'other' }], ...file });
const topic = 'arn:aws:sns:eu-west-1:123456789012:ops';
const adopt = { retryQueue: 'one', deadLetterQueue: 'two' };

export const BEYOND: readonly Beyond[] = [
  {
    why: 'the fields of a cron expression have numbers with limits, words, lists, ranges and steps: no short pattern',
    problem: /schedule: is "cron.*; allowed: (minutes|hours|day-of-month|month|day-of-week|year) of /,
    example: { ...PIPELINE, schedule: 'cron(61 * * * ? *)' },
  },
  {
    why: 'one of two fields of a cron expression is "?"',
    problem: /schedule: is "cron.*; allowed: a "\?" in day-of-month or in day-of-week/,
    example: { ...PIPELINE, schedule: 'cron(0 * * * * *)' },
  },
  {
    why: 'minutes and hours are compared with one limit',
    problem: /schedule: is "rate.*; allowed: at most 40 hours/,
    example: { ...PIPELINE, schedule: 'rate(41 hours)' },
  },
  {
    why: 'one setting limits another',
    problem: /schedule: is "rate.*; allowed: at most half of auth0.logRetentionDays/,
    example: { ...PIPELINE, schedule: 'rate(13 hours)' },
  },
  {
    why: 'the length of a month, and the form of a time',
    problem: /auth0\.startFrom: is "\d{4}-.*; allowed: "oldest", "now"/,
    example: { ...PIPELINE, auth0: { ...PIPELINE.auth0, startFrom: '2026-02-30' } },
  },
  {
    why: 'the list of time zones is that of the machine, and grows',
    problem: /scheduleTimeZone: is ("[A-Za-z]|a string of ).*; allowed: an IANA time zone/,
    example: { ...PIPELINE, scheduleTimeZone: 'Europe/Atlantis' },
  },
  {
    why: 'one setting is compared with another',
    problem: /previousNames: .*; allowed: former names of the pipeline, not its present name/,
    example: { ...PIPELINE, previousNames: ['prod'] },
  },
  {
    why: 'any field may exist; only one that looks like another’s name is refused',
    problem:
      /redact\[\d+\]\.field: .*; allowed: (".*as Auth0 spells it|".*is made|\[.*is made|\[.*spells it|a field of the log|any other field)/,
    example: { ...PIPELINE, redact: [{ field: 'User_Name', how: 'mask' }] },
  },
  {
    why: 'names are compared between pipelines',
    problem: /name: is ".*", as is pipelines/,
    example: many({ pipelines: [PIPELINE, PIPELINE] }),
  },
  {
    why: 'former names are compared between pipelines',
    problem: /previousNames: holds ".*", as does pipelines/,
    example: many({ pipelines: [PIPELINE, { ...PIPELINE, name: 'other', previousNames: ['prod'] }] }),
  },
  {
    why: 'queues are compared, also of one pipeline',
    problem: /adopt\.\w+: is ".*", as is pipelines/,
    example: many({
      pipelines: [
        { ...PIPELINE, adopt },
        { ...PIPELINE, name: 'other', adopt: { retryQueue: 'one', deadLetterQueue: 'three' } },
      ],
    }),
  },
  {
    why: 'names of removed pipelines are compared with those that are there',
    problem: /removed\[\d+\]: is ".*", but a pipeline has this name/,
    example: many({ removed: ['prod'] }),
  },
  {
    why: 'the Region of an ARN is compared with the Region of the stack',
    problem: /: is an ARN of region .*, but stack\.region is/,
    example: many({
      stack: { region: 'us-east-1' },
      pipelines: [{ ...PIPELINE, alarms: { topicArn: topic } }],
    }),
  },
];
