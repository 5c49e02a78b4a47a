/** Files that come with the code: in a checkout and in the installed package, whose command line is bundled into fewer files. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of our package.json. */
export const PACKAGE_FOLDER = folderAbove(import.meta.dirname);

/** The absolute path of a file of the package, such as `azure/template.json`. */
export const packageFile = (path: string): string => join(PACKAGE_FOLDER, path);

function folderAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : folderAbove(dirname(folder));
}
