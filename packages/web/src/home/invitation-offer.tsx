import type { Profile } from '@invitree/sdk';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { dropInvitation, invitation } from '../invitation.ts';
import { say } from '../notice.tsx';
import { Button } from '../parts/button.tsx';
import { Problem } from '../parts/problem.tsx';
import { useAction } from '../use-action.ts';
import { words } from '../words/words.ts';

interface Props {
  me: Profile;
  onActivated(): Promise<void>;
}

/** Someone who has an account came by an invite link: activating is for them to decide. */
export function InvitationOffer({ me, onActivated }: Props) {
  const [code, setCode] = useState(invitation);
  const drop = () => {
    dropInvitation();
    setCode(undefined);
  };
  const activating = useAction(async (inviteCode: string) => {
    await client.referral.activate({ inviteCode });
    say(words.activate.done(inviteCode));
    drop();
    await onActivated();
  });
  if (!code || code === me.activatedInviteCode) return null;
  const impossible =
    code === me.inviteCode
      ? words.invitation.own(code)
      : me.activatedInviteCode && words.invitation.tooLate(code, me.activatedInviteCode);
  return (
    <section class="note">
      <p>{impossible || words.invitation.offer(code)}</p>
      <Problem error={activating.error} />
      <div class="buttons">
        {!impossible && (
          <Button pending={activating.pending} onClick={() => activating.run(code)}>
            {words.invitation.accept}
          </Button>
        )}
        <Button kind="plain" onClick={drop}>
          {impossible ? words.invitation.close : words.invitation.decline}
        </Button>
      </div>
    </section>
  );
}
