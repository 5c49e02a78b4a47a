/** Says what has changed to who does not see the page: one polite live region for all. */
import { useEffect, useState } from 'preact/hooks';

let say: (text: string) => void = () => undefined;

/** Has a screen reader say it, when it has finished what it says now. */
export const announce = (text: string): void => say(text);

export function Announcer() {
  const [text, setText] = useState('');
  useEffect(() => {
    say = setText;
  }, []);
  return (
    <div class="unseen" role="status">
      {text}
    </div>
  );
}
