/** The commands of docs/operating.md print what the page shows. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scene } from './scenes.ts';
import { differenceOf, shown } from './terminal.ts';

/** Tests of every command that the page shows in these situations, one after the other. */
export function printsWhatIsShown(open: () => Promise<Scene>, situations: readonly string[]): void {
  let scene: Scene;
  beforeAll(async () => {
    scene = await open();
  });
  afterAll(() => scene.close());

  describe.each(situations)('%s', situation => {
    beforeAll(() => scene.enter(situation));
    const here = shown('operating.md').filter(one => one.situation === situation);
    test.each(here.map(one => [one.where, one.command, one.output] as const))(
      '%s prints what the page shows: %s',
      async (_, command, output) => {
        const { text } = await scene.shell(await withId(scene, command));
        expect(differenceOf(output, text)).toBeUndefined();
        expect(text.split('\n').filter(isTooLong)).toEqual([]);
      },
    );
  });
}

/** SQS gives a dead letter another id each time: that of the first one in the place of the page's. */
async function withId(scene: Scene, command: string): Promise<string> {
  if (!command.includes('--show ')) return command;
  const { text } = await scene.shell('npx auth0-logs-to-azure replay --list --json');
  const id: string = JSON.parse(text).letters[0].id;
  return command.replace(/--show \w+/, `--show ${id.slice(0, 8)}`);
}

/** A long word, such as a path or a log id, cannot be broken; the line of an event is one line. */
function isTooLong(line: string): boolean {
  if ([...line].length <= 80 || /^\d{4}-\d\d-\d\dT\S+ \w+: /.test(line)) return false;
  return line.split(' ').every(word => word.length < 50);
}
