/** Looking for what must never be seen: secrets, tokens, signatures, and what logs say. */

/** Name to text. The texts are 16 characters or longer. */
export type Plants = Readonly<Record<string, string>>;

/** Any piece of this length gives it away. */
const PIECE = 16;

/** What any credential looks like. A placeholder for a removed one does not match. */
const CREDENTIALS: Readonly<Record<string, RegExp>> = {
  'a bearer token': /Bearer (?!\[removed\])\S/i,
  'a signature of the Data Collector': /SharedKey (?!\[removed\])\S/i,
  'an HMAC in base64': /(?<![\w+/])[A-Za-z0-9+/]{43}=(?![\w=])/,
  // By what its head or body begins with: chance writes the first three letters into base64 now and then.
  'a JSON web token': /eyJ(hbGciOi|0eXAiOi|raWQiOi|pc3MiOi|zdWIiOi|hdWQiOi|leHAiOi|qdGkiOi)/,
  'a key in PEM': /-----BEGIN|PRIVATE KEY-----/,
  'a token of the simulators': /simulated-(access|entra)-token-\S/,
};

/** The names of the plants of which a piece is in the text, as it is or encoded. */
export function plantsIn(text: string, plants: Plants): string[] {
  return Object.keys(plants).filter(name =>
    formsOf(plants[name] ?? '').some(form => piecesOf(form).some(piece => text.includes(piece))),
  );
}

/** What in the text looks like a credential, with a few letters around it. */
export function credentialsIn(text: string): string[] {
  return Object.entries(CREDENTIALS).flatMap(([what, pattern]) => {
    const at = text.search(pattern);
    return at < 0 ? [] : [`${what}: …${text.slice(Math.max(0, at - 40), at + 24)}…`];
  });
}

function formsOf(plant: string): string[] {
  const bytes = Buffer.from(plant);
  const forms = [
    plant,
    JSON.stringify(plant).slice(1, -1),
    encodeURIComponent(plant),
    new URLSearchParams({ '': plant }).toString().slice(1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
  return [...new Set(forms)];
}

function piecesOf(form: string): string[] {
  const count = Math.max(1, Math.floor((form.length - PIECE) / 4) + 1);
  return Array.from({ length: count }, (_, i) => form.slice(i * 4, i * 4 + PIECE));
}
