/**
 * Microsoft's own parser of the table Auth0Logs_CL, as far as it is re-stated here: which codes are which event.
 * https://github.com/Azure/Azure-Sentinel/blob/master/Parsers/ASimAuthentication/Parsers/vimAuthenticationOktaAuth0.yaml
 * (read in its version of September 30, 2026), and how its unifying parser leaves it out:
 * https://learn.microsoft.com/azure/sentinel/normalization-manage-parsers
 */

// cspell:disable codes
const SUCCESS =
  's scoa sdel sens sdelsa ssa ciba_exchange_succeeded idjag_exchange_succeeded sdeleacft seacft seccft secte sede seoobft seotpft sepft sepkoobft sepkotpft sepkrcft sercft sertft seta success_on_behalf_of_token_exchange gd_auth_succeed gd_recovery_succeed';
const FAILURE =
  'f fcoa fens fp fu fdelsa fsa feta ciba_exchange_failed failed_on_behalf_of_token_exchange fdeleacft feacft feccft fecte fede feoobft feotpft fepft fepotpft fercft ferrt fertft idjag_exchange_failed jwt_bearer_exchange_failed gd_auth_failed gd_auth_rejected gd_recovery_failed gd_webauthn_challenge_failed passkey_challenge_failed';
// cspell:enable

const RESULTS = new Map([
  ...SUCCESS.split(' ').map(code => [code, 'Success'] as const),
  ...FAILURE.split(' ').map(code => [code, 'Failure'] as const),
]);

/** What it makes of a row as a sign-in: a result, or none. */
export const builtInLogon = (code: string): 'Success' | 'Failure' | undefined => RESULTS.get(code);

/** Whether the items of the watchlist ASimDisabledParsers, as CSV, leave a parser out of a unifying parser. */
export function isExcluded(items: readonly string[], unifying: string, parser: string): boolean {
  const [head, ...rows] = items;
  if (head !== 'CallerContext,SourceSpecificParser')
    throw new Error(`not the columns of the watchlist: ${head}`);
  return rows
    .map(row => row.split(','))
    .some(
      ([caller, source]) =>
        (caller === `Exclude${unifying}` || caller === 'Any') &&
        (source === `Exclude${parser}` || source === 'Any'),
    );
}
