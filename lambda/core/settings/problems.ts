/** What is wrong with a configuration, in sentences: where, the value given, what is allowed. Secrets are never shown. */
import * as v from 'valibot';

type Issue = v.BaseIssue<unknown>;

/** A JSON object with these settings and no others; its issues say what is allowed, as every other schema's do. */
export function settings<const E extends v.ObjectEntries>(entries: E) {
  return noList(
    v.strictObject(entries, issue => {
      if (issue.expected === 'Object') return 'an object';
      if (issue.expected === 'never') return Object.keys(entries).join(', ');
      // Valibot would say that the name itself is expected, so ask what the setting of that name expects.
      const schema = entries[issue.expected?.slice(1, -1) ?? ''];
      return schema && 'message' in schema && typeof schema.message === 'string'
        ? schema.message
        : 'an object';
    }),
  );
}

/** The schema of an object, which refuses a list: valibot takes `[]` for `{}`. */
export function noList<T extends v.GenericSchema>(schema: T): T {
  const run = schema['~run'];
  return Object.assign(schema, {
    '~run'(dataset, config) {
      if (!Array.isArray(dataset.value)) return run.call(schema, dataset, config);
      v._addIssue(schema, 'type', dataset, config);
      return dataset as unknown as v.OutputDataset<unknown, Issue>;
    },
  } satisfies Pick<v.GenericSchema, '~run'>);
}

/** Every problem once, in the order of the schema. */
export function problemsOf(issues: readonly Issue[]): string[] {
  return [...new Set(issues.flatMap(problemsOfOne))];
}

function problemsOfOne(issue: Issue): string[] {
  const path = issue.path ?? [];
  const last = path.at(-1);
  const isAboutSettings =
    (issue.type === 'strict_object' || issue.type === 'variant') && issue.expected !== 'Object';
  // Valibot takes an array for an object without the right settings.
  if (isAboutSettings && Array.isArray(last?.input))
    return [wrong(path.slice(0, -1), last.input, 'an object')];
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return unknownSettings(path.slice(0, -1), Object(last?.input), issue.message.split(', '));
  }
  // A partial check looks at the whole object, and is about the setting that its path ends with.
  return [wrong(path, issue.type === 'partial_check' ? last?.value : issue.input, issue.message)];
}

function wrong(path: readonly v.IssuePathItem[], given: unknown, allowed: string): string {
  const where = pathText(path);
  return `${where}: ${given === undefined ? 'missing' : `is ${shown(where, given)}`}; allowed: ${allowed}`;
}

/** Valibot names the first unknown setting only; an operator wants to correct them all at once. */
function unknownSettings(
  path: readonly v.IssuePathItem[],
  given: object,
  known: readonly string[],
): string[] {
  return Object.keys(given)
    .filter(name => !known.includes(name))
    .map(name => {
      const hidden = mayBeSecret(name) || name.length > 80;
      const where = pathText([...path, { key: hidden ? '(a name that is not shown)' : name }]);
      const close = known.find(one => isClose(name, one));
      const remedy = close === undefined ? '' : `, did you mean "${close}"?`;
      return `${where}: unknown setting${remedy}; allowed: ${known.join(', ')}`;
    });
}

function pathText(path: readonly { readonly key?: unknown }[]): string {
  if (path.length === 0) return '(the configuration)';
  return path
    .map(({ key }) => stepText(key))
    .join('')
    .replace(/^\./, '');
}

function stepText(key: unknown): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = String(key);
  // Quoted when it could be taken for more than a name.
  return /^[\w(][\w ()-]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function shown(where: string, given: unknown): string {
  if (typeof given === 'string') return shownText(where, given);
  if (typeof given !== 'object' || given === null) return String(given);
  if (!Array.isArray(given)) return 'an object';
  const items = given.slice(0, 5).map(item => (Array.isArray(item) ? 'a list' : shown(where, item)));
  return `[${items.join(', ')}${given.length > 5 ? ', …' : ''}]`;
}

function shownText(where: string, given: string): string {
  const hidden = `a string of ${given.length} characters (not shown, as it may be a secret)`;
  if (/secret|key|password|token|credential|\(/i.test(where) || mayBeSecret(given)) return hidden;
  // Of an address only the host: a path, a query or a user may be a secret.
  if (/^\w+:\/\//.test(given)) {
    const url = URL.parse(given);
    if (!url) return hidden;
    const origin = `${url.protocol}//${url.host}`;
    return JSON.stringify(given === origin || given === `${origin}/` ? given : `${origin}/…`);
  }
  return JSON.stringify(given.length > 80 ? `${given.slice(0, 80)}…` : given);
}

/** Long, and of letters and digits as keys are: better hidden once too often. GUIDs, hosts and names are not. */
function mayBeSecret(text: string): boolean {
  const runs = text.match(/[\w+/=~.-]{32,}/g) ?? [];
  return runs.some(run => {
    const mixed = /[a-z]/.test(run) && /[A-Z]/.test(run);
    return (mixed && /\d/.test(run)) || (run.length >= 40 && (mixed || !/[./-]/.test(run)));
  });
}

/** The same but for case, `_` and `-`; or a part of it; or at most two letters away. */
export function isClose(name: string, known: string): boolean {
  const [a, b] = [name, known].map(text => text.toLowerCase().replace(/[^a-z0-9]/g, '')) as [string, string];
  return a === b || (a.length > 3 && b.includes(a)) || (a.length > 3 && editsBetween(a, b) <= 2);
}

/** Levenshtein’s distance: letters to insert, remove or change. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + Number(letter !== other)));
    }
    row = next;
  }
  return row[b.length]!;
}
