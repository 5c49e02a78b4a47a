/** What is planted into the story of hygiene.test.ts: secrets, and logs that say things. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Log } from '../../simulator/auth0/tenant.ts';
import { KINDS, type Kind } from '../../simulator/azure/apis.ts';
import { SAMPLES } from '../destinations/samples.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** Of each kind of destination: what is accepted, and what is not. */
export const RIGHT = newSecrets();
export const WRONG = newSecrets();

export const SECRETS = {
  'the Auth0 client secret': randomBytes(48).toString('base64url'),
  'a wrong Auth0 client secret': randomBytes(48).toString('base64url'),
  'a short Auth0 client secret': 'correct-horse-battery',
  'the private key': privateKey,
  ...named('the secret', RIGHT),
  ...named('a wrong secret', WRONG),
  'the redaction key': randomBytes(24).toString('base64url'),
};
/** What logs say and Azure may know. */
export const SAID = {
  'a description': 'Marker-Description-4711 says so',
  'a detail': 'marker-of-details-4712',
  'a user agent': 'MarkerBrowser/4713.4713',
};
/** What logs say and nobody may know. */
export const REDACTED = {
  'a user name': 'marker.user.4714@somewhere.example',
  'a password': 'marker password 4715 !"ü',
  'an address': '2001:db8:4716:4716::4716',
};
export const REDACT = [
  { field: 'user_name', how: 'hash' },
  { field: 'details.request.body.*', how: 'mask' },
  { field: 'ip', how: 'drop' },
];

function newSecrets(): Readonly<Record<Kind, string>> {
  return Object.fromEntries(KINDS.map(kind => [kind, SAMPLES[kind].newSecret()])) as Record<Kind, string>;
}

function named(what: string, secrets: Readonly<Record<Kind, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(KINDS.map(kind => [`${what} of ${kind}`, secrets[kind]]));
}

/** Of the application in Auth0; what it proves itself with is laid over. */
export const CLIENT = { clientId: 'story-client', redactionKey: SECRETS['the redaction key'] };

/** The log, saying it all. */
export const telling = (log: Log): Log => ({
  ...log,
  description: `${SAID['a description']} of ${REDACTED['a user name']}`,
  user_name: REDACTED['a user name'],
  user_agent: SAID['a user agent'],
  ip: REDACTED['an address'],
  details: {
    note: SAID['a detail'],
    url: `https://x.example/?u=${encodeURIComponent(REDACTED['a user name'])}&from=${REDACTED['an address']}`,
    request: { body: { email: REDACTED['a user name'], password: REDACTED['a password'] } },
  },
});
