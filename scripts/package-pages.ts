/** The pages of the npm package: what they link to and the package does not hold is in the repository alone. */
import { posix } from 'node:path';

/** A link or an image of Markdown, and an image of HTML. */
const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)|<img src="([^"]+)"[^>]*? alt="([^"]*)"[^>]*>/g;

/**
 * The text of a page, in which each link leads to a file of the package. What is outside becomes a web address, or, as long
 * as no repository is known, its path.
 * @param page its path, such as `docs/setup.md`
 * @param held whether the package holds a path
 * @param repository a web address up to a path, with the version; undefined if there is none
 */
export function packagePage(
  page: string,
  text: string,
  held: (path: string) => boolean,
  repository: string | undefined,
): string {
  return text.replaceAll(
    LINK,
    (whole, mark: string, words: string, target: string, image: string, alt: string) => {
      const link = target ?? image;
      if (/^(https?:|mailto:|#)/.test(link)) return whole;
      const [path = '', anchor] = link.split('#');
      const file = posix.normalize(posix.join(posix.dirname(page), path));
      if (held(file)) return whole;
      if (repository !== undefined)
        return whole.replace(link, `${repository}/${file}${anchor === undefined ? '' : `#${anchor}`}`);
      if (mark || image) return `_${(words ?? alt).replaceAll('|', '\\|')}_`;
      // Where the words are the file's name, it is enough.
      return file.endsWith(words.replaceAll('`', '')) ? `\`${file}\`` : `${words} (\`${file}\`)`;
    },
  );
}

/** Where GitHub shows the files of a version. Undefined unless package.json names a repository there. */
export function repositoryOf(manifest: Readonly<Record<string, unknown>>): string | undefined {
  const { repository, version } = manifest;
  const url = typeof repository === 'string' ? repository : Object(repository).url;
  const [, name] = /github(?:\.com[/:]|:)([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(String(url ?? '')) ?? [];
  return name === undefined ? undefined : `https://github.com/${name}/blob/v${version}`;
}
