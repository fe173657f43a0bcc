import { useEffect, useRef } from 'preact/hooks';
import { words } from '../words/words.ts';

let pages = 0;

/** Names the page, and takes the focus when a page takes the place of another. */
export function Heading({ children }: { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · ${words.title}`;
  }, [children]);
  useEffect(() => {
    if (pages > 0) heading.current?.focus();
    pages += 1;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
