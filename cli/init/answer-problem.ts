/** What the configuration's schema says of an answer, before the rest is known. */
import { ConfigError, parsePipeline } from '../../lambda/config/config.ts';

/** @param setting such as `auth0.domain`; `partial` holds it. Undefined if it is valid. */
export function problemWith(setting: string, partial: object): string | undefined {
  try {
    parsePipeline(partial);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problem = error.problems.find(
      one => one.startsWith(`${setting}:`) || one.startsWith(`${setting}[`),
    );
    return problem?.replace(/^[^:]*: /, '');
  }
}
