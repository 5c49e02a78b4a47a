/** What is left of JSON that was cut off. */

/** The values before the cut, the last one as far as it goes; undefined when there is nothing to read. */
export function readCutJson(text: string): unknown {
  const closers: string[] = [];
  let isInString = false;
  /** The last place before which everything is whole, and what closes it there. */
  let whole: { readonly end: number; readonly closers: string } | undefined;
  for (let at = 0; at < text.length; at++) {
    const mark = text.charAt(at);
    if (mark === '"') isInString = !isInString;
    else if (isInString) at += Number(mark === '\\');
    else if (mark === '{' || mark === '[') closers.push(mark === '{' ? '}' : ']');
    else if (mark === '}' || mark === ']') closers.pop();
    else if (mark === ',') whole = { end: at, closers: closers.toReversed().join('') };
  }
  const end = closers.reverse().join('');
  const halfEscape = /\\(?:u[0-9a-f]{0,3})?$/i;
  return (
    parse(isInString ? `${text.replace(halfEscape, '')}"${end}` : text + end) ??
    parse(whole ? text.slice(0, whole.end) + whole.closers : '')
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
