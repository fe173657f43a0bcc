import { useState } from 'preact/hooks';
import { showNotice } from '../components/notice.tsx';
import { messages } from '../i18n/messages.ts';
import { Button } from './button.tsx';

export function CopyButton({ text, children }: { text: string; children: string }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    try {
      // Browsers offer the clipboard only over HTTPS and on localhost.
      await navigator.clipboard.writeText(text);
      setCopied(true);
      showNotice(messages.invite.copied);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      showNotice(messages.invite.notCopied);
    }
  }
  return (
    <Button kind="plain" onClick={copy}>
      {copied ? messages.invite.copied : children}
    </Button>
  );
}
