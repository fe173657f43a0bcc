import { useState } from 'preact/hooks';
import { say } from '../notice.tsx';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';

export function CopyButton({ text, children }: { text: string; children: string }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    try {
      // There is no clipboard without HTTPS, except on one's own machine.
      await navigator.clipboard.writeText(text);
      setCopied(true);
      say(words.invite.copied);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      say(words.invite.notCopied);
    }
  }
  return (
    <Button kind="plain" onClick={copy}>
      {copied ? words.invite.copied : children}
    </Button>
  );
}
