import type { InviteCode } from '@invitree/sdk';
import { useId, useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { showNotice } from '../components/notice.tsx';
import { formatMoment, messages } from '../i18n/messages.ts';
import { useAction } from '../use-action.ts';

export function InviteCodeCard({
  code,
  onDeleted,
}: {
  code: InviteCode;
  onDeleted(): Promise<void>;
}) {
  const [confirming, setConfirming] = useState(false);
  const linkId = useId();
  const deleting = useAction(async () => {
    await client.referral.deleteCode();
    showNotice(messages.invite.deleted);
    await onDeleted();
  });
  return (
    <section>
      <h2>{messages.invite.code}</h2>
      <output class={code.active ? 'invite-code' : 'invite-code inactive'}>{code.code}</output>
      <p class="hint">{describeExpiry(code)}</p>
      {code.active && (
        <>
          <div class="buttons">
            <CopyButton text={code.code}>{messages.invite.copyCode}</CopyButton>
          </div>
          <div class="field">
            <label for={linkId}>{messages.invite.link}</label>
            <input
              id={linkId}
              type="url"
              readOnly
              value={code.link}
              onFocus={({ currentTarget }) => currentTarget.select()}
            />
          </div>
          <div class="buttons">
            {'share' in navigator && (
              <Button onClick={() => share(code.link)}>{messages.invite.share}</Button>
            )}
            <CopyButton text={code.link}>{messages.invite.copyLink}</CopyButton>
          </div>
          <img
            class="qr"
            src={`/api/v1/referral/code/qr?of=${code.code}`}
            alt={messages.invite.qr(code.code)}
            width="200"
            height="200"
          />
        </>
      )}
      <Button kind="link" onClick={() => setConfirming(true)}>
        {messages.invite.delete}
      </Button>
      {confirming && (
        <ConfirmDialog
          title={messages.invite.deleteTitle}
          text={messages.invite.deleteText(code.code)}
          confirm={messages.invite.deleteConfirm}
          action={deleting}
          onClose={() => setConfirming(false)}
        />
      )}
    </section>
  );
}

function describeExpiry({ expiresAt, active }: InviteCode): string {
  if (expiresAt === null) return messages.invite.forever;
  const time = formatMoment(expiresAt);
  return active ? messages.invite.until(time) : messages.invite.expired(time);
}

function share(url: string): void {
  // Rejects when the user closes the share sheet.
  navigator.share({ text: messages.invite.shareText, url }).catch(() => undefined);
}
