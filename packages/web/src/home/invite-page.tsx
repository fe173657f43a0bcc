import type { Profile } from '@invitree/sdk';
import { client } from '../client.ts';
import { Heading } from '../parts/heading.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { useLoaded } from '../use-loaded.ts';
import { words } from '../words/words.ts';
import { ActivateForm } from './activate-form.tsx';
import { CodeCard } from './code-card.tsx';
import { MakeCodeForm } from './make-code-form.tsx';

interface Props {
  me: Profile;
  onReload(): Promise<void>;
}

export function InvitePage({ me, onReload }: Props) {
  // Another tab may change it: the profile tells.
  const code = useLoaded(() => client.referral.myCode(), me.inviteCode);
  const { value } = code;
  const onChanged = async () => {
    await onReload();
    code.reload();
  };
  return (
    <>
      <Heading>{words.invite.title}</Heading>
      <Waiting {...code} />
      {value && <CodeCard key={value.code} code={value} onDeleted={onChanged} />}
      {value === null && <p>{words.invite.none}</p>}
      {value !== undefined && !value?.active && <MakeCodeForm onMade={onChanged} />}
      <section>
        {me.activatedInviteCode ? (
          <p>{words.activate.done(me.activatedInviteCode)}</p>
        ) : (
          <ActivateForm onActivated={onReload} />
        )}
      </section>
    </>
  );
}
