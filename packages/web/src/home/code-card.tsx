import type { InviteCode } from '@invitree/sdk';
import { useId, useState } from 'preact/hooks';
import { client } from '../client.ts';
import { say } from '../notice.tsx';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { useAction } from '../use-action.ts';
import { formatMoment, words } from '../words/words.ts';

export function CodeCard({ code, onDeleted }: { code: InviteCode; onDeleted(): Promise<void> }) {
  const [asking, setAsking] = useState(false);
  const linkId = useId();
  const deleting = useAction(async () => {
    await client.referral.deleteCode();
    say(words.invite.deleted);
    await onDeleted();
  });
  return (
    <section>
      <h2>{words.invite.code}</h2>
      <output class={code.active ? 'invite-code' : 'invite-code over'}>{code.code}</output>
      <p class="hint">{describeExpiry(code)}</p>
      {code.active && (
        <>
          <div class="buttons">
            <CopyButton text={code.code}>{words.invite.copyCode}</CopyButton>
          </div>
          <div class="field">
            <label for={linkId}>{words.invite.link}</label>
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
              <Button onClick={() => share(code.link)}>{words.invite.share}</Button>
            )}
            <CopyButton text={code.link}>{words.invite.copyLink}</CopyButton>
          </div>
          <img
            class="qr"
            src={`/api/v1/referral/code/qr?of=${code.code}`}
            alt={words.invite.qr(code.code)}
            width="200"
            height="200"
          />
        </>
      )}
      <Button kind="link" onClick={() => setAsking(true)}>
        {words.invite.delete}
      </Button>
      {asking && (
        <Confirm
          title={words.invite.deleteTitle}
          text={words.invite.deleteText(code.code)}
          confirm={words.invite.deleteConfirm}
          action={deleting}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

function describeExpiry({ expiresAt, active }: InviteCode): string {
  if (expiresAt === null) return words.invite.forever;
  const time = formatMoment(expiresAt);
  return active ? words.invite.until(time) : words.invite.expired(time);
}

function share(url: string): void {
  // Thinking better of it is no error.
  navigator.share({ text: words.invite.shareText, url }).catch(() => undefined);
}
