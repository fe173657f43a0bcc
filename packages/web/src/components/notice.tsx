import { useEffect, useState } from 'preact/hooks';

let show = (_text: string) => {};

/** Confirms an action; the notice stays until the user moves to another page. */
export function showNotice(text: string): void {
  show(text);
}

/** Rendered from the start, because screen readers announce only changes to an existing region. */
export function Notice() {
  const [text, setText] = useState('');
  useEffect(() => {
    show = setText;
    const clear = () => setText('');
    addEventListener('hashchange', clear);
    return () => removeEventListener('hashchange', clear);
  }, []);
  return (
    <div role="status" class="notice-area">
      {text && <p class="notice">{text}</p>}
    </div>
  );
}
