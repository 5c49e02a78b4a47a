/** The screen of a terminal after a program has written to it; supports only what the demo needs. */

export interface Cell {
  readonly character: string;
  readonly bold: boolean;
  readonly color: Color;
}
export type Color = 'plain' | 'red' | 'green' | 'yellow';
type Style = Omit<Cell, 'character'>;

const PLAIN: Style = { bold: false, color: 'plain' };
/** https://invisible-island.net/xterm/ctlseqs/ctlseqs.html: "Character Attributes (SGR)" */
const STYLES: Readonly<Record<string, Partial<Style>>> = {
  0: PLAIN,
  1: { bold: true },
  22: { bold: false },
  31: { color: 'red' },
  32: { color: 'green' },
  33: { color: 'yellow' },
  39: { color: 'plain' },
};
const SEQUENCE =
  /(?![\r\n])\p{Cc}\[(?<parameters>[?\d;]*)(?<final>[A-Za-z])|(?<control>[\r\n])|(?<character>[^\p{Cc}])|./gsu;

/** The lines from the first to the last that is not empty. Throws for unknown sequences instead of showing them wrong. */
export function screenOf(output: string): readonly (readonly Cell[])[] {
  const lines: Cell[][] = [];
  let [row, column, style] = [0, 0, PLAIN];
  const line = () => {
    while (lines.length <= row) lines.push([]);
    return lines[row]!;
  };
  const control = (parameters: string, final: string) => {
    const count = Number(parameters || 1);
    if (final === 'm')
      for (const code of (parameters || '0').split(';')) style = { ...style, ...styleOf(code) };
    else if (final === 'A') row = Math.max(0, row - count);
    else if (final === 'G') column = count - 1;
    else if (final === 'K' && Number(parameters) === 0) line().length = Math.min(column, line().length);
    else if (final === 'K' && count === 2) lines[row] = [];
    else if (final === 'J' && Number(parameters) === 0) {
      line().length = Math.min(column, line().length);
      lines.length = row + 1;
    } else if (!/^\?(25|7)$/.test(parameters)) {
      // Those two show and hide the cursor, and switch the wrapping of lines.
      throw new Error(`the terminal does not know the sequence ESC [ ${parameters} ${final}`);
    }
  };
  for (const { 0: found, groups = {} } of output.matchAll(SEQUENCE)) {
    const { parameters = '', final, control: end, character } = groups;
    if (final) control(parameters, final);
    else if (end) [row, column] = end === '\n' ? [row + 1, column] : [row, 0];
    else if (character === undefined) throw new Error(`the terminal does not know ${JSON.stringify(found)}`);
    else {
      while (line().length < column) line().push({ ...PLAIN, character: ' ' });
      line()[column++] = { ...style, character };
    }
  }
  const isEmpty = (cells: readonly Cell[]) => cells.every(({ character }) => character === ' ');
  return lines.slice(0, lines.findLastIndex(cells => !isEmpty(cells)) + 1);
}

function styleOf(code: string): Partial<Style> {
  const style = STYLES[code];
  if (!style) throw new Error(`the terminal does not know the style ${code}`);
  return style;
}
