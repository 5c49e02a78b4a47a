/** Writes azure/template.json and docs/schema.md: `npm run generate -- template`. */
import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { DETECTIONS } from './detections.ts';
import { FUNCTIONS, SAVED_QUERIES } from './queries.ts';
import { schemaPage } from './schema-page.ts';
import { template } from './template.ts';
import { type Content, WORKSPACE_ID_MARK } from './template-content.ts';
import { workbook } from './workbook.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Generated and committed files: path from the root, and content. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const content: Content = {
    functions: FUNCTIONS,
    queries: SAVED_QUERIES,
    detections: DETECTIONS,
    workbook: workbook(WORKSPACE_ID_MARK),
  };
  return {
    'azure/template.json': `${JSON.stringify(template(content), null, 2)}\n`,
    'docs/schema.md': schemaPage(),
  };
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(generatedFiles())) {
    const file = join(ROOT, path);
    await writeFile(file, text);
    process.stdout.write(`${relative(process.cwd(), file)}\n`);
  }
}
