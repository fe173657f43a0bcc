import { useEffect, useState } from 'preact/hooks';

let show = (_text: string) => {};

/** Says that something was done, until the person goes on. */
export function say(text: string): void {
  show(text);
}

/** Where it is said: there from the start, so that a reader notices what comes. */
export function Notice() {
  const [text, setText] = useState('');
  useEffect(() => {
    show = setText;
    const clear = () => setText('');
    addEventListener('hashchange', clear);
    return () => removeEventListener('hashchange', clear);
  }, []);
  return (
    <div role="status" class="notice-place">
      {text && <p class="notice">{text}</p>}
    </div>
  );
}
