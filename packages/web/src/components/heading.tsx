import { useEffect, useRef } from 'preact/hooks';
import { messages } from '../i18n/messages.ts';

let headingsShown = 0;

/** Sets the document's title, and takes the focus when one page replaces another. */
export function Heading({ children }: { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · ${messages.title}`;
  }, [children]);
  useEffect(() => {
    if (headingsShown > 0) heading.current?.focus();
    headingsShown += 1;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
