/** Asks the command to do something. */

/** The action's value, or a sentence: what is wrong and what to do. */
export type Answer<Value> = { readonly value: Value } | { readonly error: string };

/** Calls the action of this name (`actions` of serveWeb). Never rejects. */
export async function act<Value>(name: string, given: unknown = null): Promise<Answer<Value>> {
  try {
    const response = await fetch(`actions/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(given),
    });
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return isJson ? await response.json() : { error: await response.text() };
  } catch {
    return { error: 'The command does not answer. Look at its terminal.' };
  }
}
