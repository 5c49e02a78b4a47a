/** `npm run generate -- queries`: writes docs/queries.md and docs/detections.md. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { detectionsPage, queriesPage } from '../azure/pack-pages.ts';

const DOCS = resolve(import.meta.dirname, '../docs');
await writeFile(join(DOCS, 'queries.md'), queriesPage());
await writeFile(join(DOCS, 'detections.md'), detectionsPage());
