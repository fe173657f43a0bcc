import type { Profile } from '@invitree/sdk';
import { client } from '../client.ts';
import { Heading } from '../components/heading.tsx';
import { LoadStatus } from '../components/load-status.tsx';
import { messages } from '../i18n/messages.ts';
import { useLoaded } from '../use-loaded.ts';
import { ActivateForm } from './activate-form.tsx';
import { CreateInviteCodeForm } from './create-invite-code-form.tsx';
import { InviteCodeCard } from './invite-code-card.tsx';

interface Props {
  me: Profile;
  onReload(): Promise<void>;
}

export function InvitePage({ me, onReload }: Props) {
  // Reloads when the profile shows that another tab has changed the code.
  const code = useLoaded(() => client.referral.myCode(), me.inviteCode);
  const { value } = code;
  const onChanged = async () => {
    await onReload();
    code.reload();
  };
  return (
    <>
      <Heading>{messages.invite.title}</Heading>
      <LoadStatus {...code} />
      {value && <InviteCodeCard key={value.code} code={value} onDeleted={onChanged} />}
      {value === null && <p>{messages.invite.none}</p>}
      {value !== undefined && !value?.active && <CreateInviteCodeForm onCreated={onChanged} />}
      <section>
        {me.activatedInviteCode ? (
          <p>{messages.activate.done(me.activatedInviteCode)}</p>
        ) : (
          <ActivateForm onActivated={onReload} />
        )}
      </section>
    </>
  );
}
