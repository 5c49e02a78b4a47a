/**
 * Four of Microsoft's analytics rules over ASIM's Authentication schema, re-stated: what they count, from which fields.
 * https://github.com/Azure/Azure-Sentinel/tree/master/Detections/ASimAuthentication
 * Two stored copies group by `SrcDvcIpAddr`, the former name of `SrcIpAddr`. Here `imAuthentication` is the unifying parser.
 */

export interface AsimRule {
  readonly id: string;
  readonly title: string;
  /** Microsoft's file. */
  readonly file: string;
  readonly windowMinutes: number;
  readonly kql: string;
}

export const ASIM_RULES: readonly AsimRule[] = [
  {
    id: 'asim-password-spray',
    title: 'Potential Password Spray Attack',
    file: 'imAuthPasswordSpray.yaml',
    windowMinutes: 60,
    kql: `imAuthentication
| where EventType == 'Logon' and EventResult == 'Failure' and EventResultDetails in ('No such user or password', 'Incorrect password')
| summarize Users = dcount(TargetUserId) by SrcIpAddr, SrcGeoCountry, bin(TimeGenerated, 5m)
| where Users > 15`,
  },
  {
    id: 'asim-brute-force',
    title: 'Brute force attack against user credentials',
    file: 'imAuthBruteForce.yaml',
    windowMinutes: 60,
    kql: `imAuthentication
| summarize Failures = countif(EventResult == 'Failure'), Successes = countif(EventResult == 'Success') by bin(TimeGenerated, 20m), TargetUserId, TargetUsername, TargetUserType
| where Failures >= 10 and Successes >= 1`,
  },
  {
    id: 'asim-countries',
    title: 'User login from different countries within 3 hours',
    file: 'imAuthSigninsMultipleCountries.yaml',
    windowMinutes: 180,
    kql: `imAuthentication
| where EventType == 'Logon' and EventResult == 'Success' and isnotempty(SrcGeoCountry)
| summarize Countries = dcount(SrcGeoCountry) by TargetUserId, TargetUsername, TargetUserType
| where Countries >= 2`,
  },
  {
    id: 'asim-disabled-accounts',
    title: 'Sign-ins from IPs that attempt sign-ins to disabled accounts',
    file: 'imSigninAttemptsByIPviaDisabledAccounts.yaml',
    windowMinutes: 1440,
    kql: `imAuthentication
| where EventResult == 'Failure' and EventResultDetails == 'User disabled'
| summarize Attempts = count(), Disabled = dcount(TargetUsername), Applications = dcount(TargetAppName) by SrcIpAddr
| join kind=inner (
    imAuthentication
    | where EventResult == 'Success'
    | summarize Accounts = dcount(TargetUsername) by SrcIpAddr
    | where Accounts < 100
) on SrcIpAddr`,
  },
];
