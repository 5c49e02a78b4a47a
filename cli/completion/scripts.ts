/**
 * The scripts. They hold all words, so that no process starts at a press of Tab: what libraries print asks the program
 * each time, which takes Node a quarter of a second.
 */
import type { Completed } from './tree.ts';

type Script = (name: string, tree: readonly Completed[]) => string;

export const SCRIPTS = { bash, zsh, fish } as const satisfies Readonly<Record<string, Script>>;

function bash(name: string, tree: readonly Completed[]): string {
  const fn = functionName(name);
  return `${fn}() {
  local command='' one
  for one in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${findCommand(tree)}
  done
  local before="\${COMP_WORDS[COMP_CWORD-1]}" list=''
${chooseWords(tree, words => `list='${words}'`, 'return')}
  COMPREPLY=($(compgen -W "$list" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F ${fn} ${name}`;
}

function zsh(name: string, tree: readonly Completed[]): string {
  const fn = functionName(name);
  return `#compdef ${name}
${fn}() {
  local command='' one
  for one in "\${(@)words[2,CURRENT-1]}"; do
${findCommand(tree)}
  done
  local before="\${words[CURRENT-1]}"
  local -a list
${chooseWords(tree, words => `list=(${words})`, '_files; return')}
  compadd -a list
}
compdef ${fn} ${name}`;
}

function fish(name: string, tree: readonly Completed[]): string {
  const line = (path: readonly string[], below: readonly string[], what: string) => {
    const seen = path.map(word => `__fish_seen_subcommand_from ${word}`);
    const unseen = below.length > 0 ? [`not __fish_seen_subcommand_from ${below.join(' ')}`] : [];
    const condition = [...seen, ...unseen].join('; and ');
    return `complete -c ${name}${condition ? ` -n '${condition}'` : ''} ${what}`;
  };
  return tree
    .flatMap(({ path, words, options }) => [
      ...words.map(word => {
        const child = tree.find(one => one.path.join(' ') === [...path, word].join(' '));
        return line(path, words, `-f -a ${word}${child ? ` -d ${quoted(child.summary)}` : ''}`);
      }),
      ...options.map(({ long = '', required, argChoices, description }) => {
        const value = argChoices ? ` -x -a '${argChoices.join(' ')}'` : required ? ' -r' : '';
        return line(
          path,
          path.length === 0 ? words : [],
          `-l ${long.slice(2)}${value} -d ${quoted(description)}`,
        );
      }),
    ])
    .join('\n');
}

const functionName = (name: string) => `_${name.replaceAll('-', '_')}`;
const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, '\\$&').replaceAll('\n', ' ')}'`;

/** Of bash and zsh: goes one command deeper when the word names one. */
function findCommand(tree: readonly Completed[]): string {
  const paths = tree
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => `'${path.slice(0, -1).join(' ')} ${path.at(-1)}'`);
  return `    case "$command $one" in
      ${paths.join('|')}) command="\${command:+$command }$one" ;;
    esac`;
}

/**
 * Of bash and zsh: what may stand here, by the command and the word before.
 * @param takes how the shell is given words
 * @param files what lets it complete a file's name
 */
function chooseWords(tree: readonly Completed[], takes: (words: string) => string, files: string): string {
  const options = tree.flatMap(one => one.options);
  const chosen = options.filter(({ argChoices }) => argChoices !== undefined);
  const valued = new Set(
    options.filter(({ required, argChoices }) => required && !argChoices).map(({ long }) => long),
  );
  return `  case "$before" in
${chosen.map(({ long, argChoices = [] }) => `    ${long}) ${takes(argChoices.join(' '))} ;;`).join('\n')}
    ${[...valued].join('|')}) ${files} ;;
    *) case "$command" in
${tree
  .map(one => {
    const words = [...one.words, ...one.options.map(({ long }) => long)].join(' ');
    return `      '${one.path.join(' ')}') ${takes(words)} ;;`;
  })
  .join('\n')}
    esac ;;
  esac`;
}
