/** A process as small as a function: asks for one page and prints what came, as JSON. */
import { parsePipeline } from '../../lambda/config/config.ts';
import { Secret } from '../../lambda/core/secret.ts';
import { pipelineParts } from '../../lambda/wiring.ts';

const [, , config = '', take] = process.argv;
const fields = { clientId: new Secret('id'), clientSecret: new Secret('secret') };
const secrets = { read: async () => ({ kind: 'secret', fields }) as const, forget: () => undefined };
const { source } = pipelineParts(parsePipeline(JSON.parse(config)), secrets, process.env);
const answer = await source.page('9', 60_000, Number(take));
console.log(JSON.stringify(answer.kind === 'page' ? { logs: answer.logs.length } : answer.fault));
process.exit();
