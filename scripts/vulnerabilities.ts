/**
 * `npm run vulnerabilities`: known vulnerabilities of the dependencies. Fails for a high or critical one.
 * If the registry does not answer, as is common for mirrors, it reports that and does not fail.
 */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';

export type Answer =
  /** `findings`: one sentence each. */
  | { readonly kind: 'answered'; readonly findings: readonly string[] }
  | { readonly kind: 'no answer'; readonly why: string };

const ROOT = resolve(import.meta.dirname, '..');
const GRAVE = ['high', 'critical'];

/** Reads what `npm audit --json` printed. https://docs.npmjs.com/cli/commands/npm-audit */
export function readAnswer(printed: string): Answer {
  const report = parsed(printed);
  const { vulnerabilities, message, error } = report ?? {};
  if (!isObject(vulnerabilities)) {
    const summary = isObject(error) ? error['summary'] : undefined;
    const why = [message, summary].find(text => typeof text === 'string' && text !== '');
    return { kind: 'no answer', why: String(why ?? 'npm audit printed no report') };
  }
  const findings = Object.values(vulnerabilities).flatMap(one => {
    if (!isObject(one) || !GRAVE.includes(String(one['severity']))) return [];
    const via = Array.isArray(one['via']) ? one['via'] : [];
    const titles = via.map(cause =>
      isObject(cause) ? `${cause['title']} (${cause['url']})` : String(cause),
    );
    return [`${one['name']} ${one['range']}: ${one['severity']}: ${titles.join('; ')}`];
  });
  return { kind: 'answered', findings };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** npm fails for findings and for a registry without an answer; only its output distinguishes them. */
function npmAudit(): Promise<string> {
  const options = { cwd: ROOT, shell: process.platform === 'win32', maxBuffer: 64_000_000 };
  return new Promise(done => {
    execFile('npm', ['audit', '--omit=dev', '--json'], options, (_error, stdout) => done(stdout));
  });
}

async function main(): Promise<void> {
  const answer = readAnswer(await npmAudit());
  if (answer.kind === 'no answer') {
    console.warn(`vulnerabilities: not checked, since the registry gave no answer: ${answer.why}`);
  } else if (answer.findings.length > 0) {
    console.error(`vulnerabilities:\n${answer.findings.map(one => `  - ${one}`).join('\n')}`);
    process.exitCode = 1;
  } else {
    console.log('vulnerabilities: no high or critical one is known in the dependencies');
  }
}

if (import.meta.main) await main();
