/** What is started one after the other, and ended in the opposite order: the AsyncDisposableStack of Node 24, also for Node 22. */

type End = () => Promise<unknown> | unknown;

export interface Starting extends AsyncDisposable {
  /** Takes what was started, with how to end it. */
  adopt<T>(started: T, end: (started: T) => Promise<unknown> | unknown): T;
  /** All of it so far: from now on only this ends it, once. */
  move(): () => Promise<void>;
}

/** `await using starting = startingAll()` ends everything when it leaves its block, unless it was moved out. */
export function startingAll(): Starting {
  let ends: End[] = [];
  const move = () => {
    const moved = ends;
    ends = [];
    return async () => {
      const errors: unknown[] = [];
      for (let end = moved.pop(); end; end = moved.pop()) {
        try {
          await end();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw errors[0];
    };
  };
  return {
    adopt: (started, end) => {
      ends.push(() => end(started));
      return started;
    },
    move,
    [Symbol.asyncDispose]: () => move()(),
  };
}
