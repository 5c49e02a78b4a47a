/** The Dockerfile, as far as this project writes one: https://docs.docker.com/reference/dockerfile/ */
export interface Step {
  readonly instruction: string;
  readonly words: string;
}

/** The stages in order, each without its FROM. Throws Error for an instruction that the rehearsal does not know. */
export function stagesOf(text: string): readonly (readonly Step[])[] {
  const stages: Step[][] = [];
  for (const line of text.split('\n').filter(one => one !== '' && !one.startsWith('#'))) {
    const [, instruction = '', words = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (!KNOWN.includes(instruction)) throw new Error(`unknown line of the Dockerfile: ${line}`);
    if (instruction === 'FROM') stages.push([]);
    else stages.at(-1)!.push({ instruction, words });
  }
  return stages;
}

const KNOWN = [
  'FROM',
  'WORKDIR',
  'COPY',
  'RUN',
  'ENV',
  'USER',
  'VOLUME',
  'STOPSIGNAL',
  'HEALTHCHECK',
  'ENTRYPOINT',
  'CMD',
];

/** The one instruction of that name in a stage. */
export function only(stage: readonly Step[], instruction: string): string {
  const found = stage.filter(one => one.instruction === instruction);
  if (found.length !== 1) throw new Error(`${found.length} ${instruction} in the stage`);
  return found[0]!.words;
}

/** `["a", "b"]` at its end. */
export const listIn = (words: string): readonly string[] => JSON.parse(words.slice(words.indexOf('[')));
