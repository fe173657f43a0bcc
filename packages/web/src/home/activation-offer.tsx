import type { Profile } from '@invitree/sdk';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { ErrorMessage } from '../components/error-message.tsx';
import { showNotice } from '../components/notice.tsx';
import { messages } from '../i18n/messages.ts';
import { clearPendingInviteCode, pendingInviteCode } from '../pending-invite-code.ts';
import { useAction } from '../use-action.ts';

interface Props {
  me: Profile;
  onActivated(): Promise<void>;
}

/** Offers to activate the code of an invite link that an existing user followed. */
export function ActivationOffer({ me, onActivated }: Props) {
  const [code, setCode] = useState(pendingInviteCode);
  const dismiss = () => {
    clearPendingInviteCode();
    setCode(undefined);
  };
  const activating = useAction(async (inviteCode: string) => {
    await client.referral.activate({ inviteCode });
    showNotice(messages.activate.done(inviteCode));
    dismiss();
    await onActivated();
  });
  if (!code || code === me.activatedInviteCode) return null;
  const obstacle =
    code === me.inviteCode
      ? messages.invitation.own(code)
      : me.activatedInviteCode && messages.invitation.tooLate(code, me.activatedInviteCode);
  return (
    <section class="note">
      <p>{obstacle || messages.invitation.offer(code)}</p>
      <ErrorMessage error={activating.error} />
      <div class="buttons">
        {!obstacle && (
          <Button pending={activating.pending} onClick={() => activating.run(code)}>
            {messages.invitation.accept}
          </Button>
        )}
        <Button kind="plain" onClick={dismiss}>
          {obstacle ? messages.invitation.close : messages.invitation.decline}
        </Button>
      </div>
    </section>
  );
}
