/** KQL on calls of the Management API, which two schemas share: a call that changes a user is user management. */

/** Parts of a call: the path without /api/v2/. */
export const CALL = `| extend
    Method = toupper(tostring(Details.request.method)),
    Path = replace_regex(tostring(Details.request.path), @'^/?(api/)?(v2/)?|/+$', ''),
    Body = Details.request.body,
    Response = Details.response.body,
    StatusCode = tostring(Details.response.statusCode),
    AdminName = tostring(Details.request.auth.user.email),
    AdminId = tostring(Details.request.auth.user.user_id)`;

/** The codes of such calls. */
export const IS_CALL = "EventOriginalType in ('sapi', 'fapi', 'mgmt_api_read')";

/** Paths whose changes are about users and their groups, which are roles and organizations. */
const USER_PATHS =
  '^(users(/|$)|user-blocks(/|$)|connections/[^/]+/users|roles/[^/]+/users|organizations/[^/]+/members)';

/** Of a call: whether it belongs to user management, not to the audit. */
export const CHANGES_USER = `Method in ('POST', 'PUT', 'PATCH', 'DELETE') and Path matches regex @'${USER_PATHS}'`;
