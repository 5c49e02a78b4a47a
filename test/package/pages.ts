/** The pages of a package must not name what it does not hold: every link, and every file of a command. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the reader has, or what the commands before have made. */
const OF_READER =
  /^(config|secrets|secret|outputs|before|moved|dcr|auth0-secret|auth0|azure|left-behind|main|tables|identity|new|read-only|policy|prod)\.json$|\.(pem|tgz|jsonl)$|^acceptance-report\.md$|^\.gitignore$/;
const INSTALLED = /^(?:\.\/|\/opt\/auth0-logs-to-azure\/)?node_modules\/auth0-logs-to-azure\//;
const FILE = /^(?:[\w.-]+\/)*[\w-]+\.(?:json|md|ts|mjs|js|sh|service|bicep|kql|ya?ml|toml|csv)$/;
const OF_CLONE = /\bnpm (ci|start|test|run)\b/;

/** `page: what`, for each link and file that leads nowhere, and each command of a clone that is not called one. */
export function danglingIn(folder: string): readonly string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return all
    .filter(name => name.endsWith('.md'))
    .flatMap(name => {
      const text = readFileSync(join(folder, name), 'utf8');
      const links = linksOf(text).filter(link => !existsSync(join(folder, dirname(name), link)));
      const files = shellBlocks(text).flatMap(filesOf);
      const lost = files.filter(file => !existsSync(join(folder, file.replace(INSTALLED, ''))));
      return [...links, ...lost, ...shellBlocks(text).flatMap(clonesOf)].map(what => `${name}: ${what}`);
    });
}

/** Without the anchor; those to the web and within the page are none. */
const linksOf = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)|\b(?:src|href)="([^"]+)"/g)]
    .map(([, link, image]) => link ?? image ?? '')
    .filter(link => !/^(https?:|mailto:|#)/.test(link))
    .map(link => link.split('#')[0] ?? '');

interface Block {
  /** The paragraph above, which says where it is typed. */
  readonly above: string;
  readonly text: string;
}

const shellBlocks = (text: string): Block[] =>
  [...text.matchAll(/(?:^|\n\n)([^\n][^`]*?(?:`[^`\n]+`[^`]*?)*)\n*\n *```sh\n(.*?)\n *```/gs)].map(
    ([, above = '', inside = '']) => ({ above: above.split('\n\n').at(-1) ?? '', text: inside }),
  );

/** What follows a `#` is not typed. */
const typed = (text: string) => text.replaceAll(/(^|\s)#.*$/gm, '');

const filesOf = ({ text }: Block): string[] =>
  typed(text)
    .split(/[\s='"()<>;|,]+/)
    .filter(word => INSTALLED.test(word) || FILE.test(word))
    .filter(word => !OF_READER.test(word));

const clonesOf = ({ above, text }: Block): string[] =>
  OF_CLONE.test(typed(text)) && !/\bclone\b/.test(above + text) ? [text.split('\n')[0] ?? ''] : [];
