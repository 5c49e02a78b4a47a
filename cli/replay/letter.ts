/** `replay --show`: one dead letter, decoded. */
import { contentOf, factsOf, type Row } from '../pipelines/letters/content.ts';
import { type Looked, lettersNamed } from '../pipelines/letters/letters.ts';
import type { Target } from '../pipelines/operated.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { colors, columnsOf, harmless, shortened, wrapped } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';
import { letterJson } from './json.ts';

export interface ShowOptions {
  /** Values, too. */
  readonly reveal?: true;
  readonly json?: true;
  /** Logs to show. */
  readonly most: number;
}

const LABEL_CHARACTERS = 12;
/** Of a message that is not a failed batch, or of a revealed value on one line. */
const RAW_CHARACTERS = 2_000;

/** Returns the exit code. Throws UsageError when none or more than one has that id. */
export async function showLetter(target: Target, prefix: string, options: ShowOptions): Promise<number> {
  const { raw, letter } = await named(target, prefix);
  const { rows, isBatch } = contentOf(raw, options.reveal === true);
  if (options.json) {
    const text = !isBatch && options.reveal ? { message: raw.message } : {};
    console.log(
      JSON.stringify({ place: target.place, ...letterJson(letter), ...text, records: rows }, undefined, 2),
    );
    return EXIT.ok;
  }
  for (const [label, value] of factsOf(letter, Date.now())) {
    const indent = ' '.repeat(LABEL_CHARACTERS + 2);
    console.log(
      wrapped(
        `  ${label.padEnd(LABEL_CHARACTERS)}${harmless(value)}`.replace(/ +$/, ''),
        columnsOf(),
        indent,
      ),
    );
  }
  if (isBatch) tellRows(rows, options);
  else tellRaw(raw.message, options.reveal);
  return EXIT.ok;
}

async function named(target: Target, prefix: string): Promise<Looked> {
  const found = await lettersNamed(target, prefix);
  const [one, ...others] = found;
  if (one !== undefined && others.length === 0) return one;
  if (one === undefined) {
    throw new UsageError(
      `--show is "${prefix}", but no dead letter has this id; replay --list shows those of ${target.place}`,
    );
  }
  const ids = found.slice(0, 5).map(({ letter }) => letter.id);
  throw new UsageError(
    `--show is "${prefix}", but ${found.length} dead letters have ids that begin with it; specify more of the id: ${ids.join(', ')}`,
  );
}

function tellRaw(message: string, reveal: true | undefined): void {
  console.log(reveal ? `\n${shortened(harmless(message), RAW_CHARACTERS)}` : '\n--reveal shows the content');
}

function tellRows(rows: readonly Row[], { reveal, most }: ShowOptions): void {
  for (const [index, row] of rows.slice(0, most).entries()) {
    console.log(colors.bold(`\nlog ${index + 1} of ${rows.length}`));
    for (const [name, value] of Object.entries(row)) {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      console.log(`  ${harmless(name).padEnd(16)} ${shortened(harmless(text ?? ''), RAW_CHARACTERS)}`);
    }
  }
  const left = rows.length - most;
  console.log('');
  if (left > 0) console.log(`${counted(left, 'more log')}: --max ${rows.length} shows all`);
  if (!reveal) console.log('Values are masked because they are personal data; --reveal shows them.');
}
