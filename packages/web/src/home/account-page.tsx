import type { Profile } from '@invitree/sdk';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Heading } from '../components/heading.tsx';
import { showNotice } from '../components/notice.tsx';
import { messages } from '../i18n/messages.ts';
import { useAction } from '../use-action.ts';
import { NameForm } from './name-form.tsx';
import { PhoneSection } from './phone-section.tsx';
import { withProof } from './proof-dialog.tsx';
import { Sessions } from './sessions.tsx';

interface Props {
  me: Profile;
  onChange(me: Profile): void;
  onLeave(text: string): void;
}

export function AccountPage({ me, onChange, onLeave }: Props) {
  const [confirming, setConfirming] = useState(false);
  const deleting = useAction(async () => {
    await withProof(() => client.profile.delete({ confirm: true }));
    onLeave(messages.accountDeleted);
  });
  return (
    <>
      <Heading>{messages.account.title}</Heading>
      <section>
        <NameForm me={me} onChange={onChange} />
      </section>
      <PhoneSection
        me={me}
        onChange={(changed) => {
          onChange(changed);
          showNotice(messages.account.phoneSaved);
        }}
      />
      <Sessions key={me.phone} onLeave={() => onLeave('')} />
      <section>
        <h2>{messages.account.deleteTitle}</h2>
        <p class="hint">{messages.account.deleteText}</p>
        <Button kind="danger" onClick={() => setConfirming(true)}>
          {messages.account.delete}
        </Button>
        {confirming && (
          <ConfirmDialog
            title={messages.account.deleteQuestion}
            text={messages.account.deleteText}
            confirm={messages.account.deleteConfirm}
            action={deleting}
            onClose={() => setConfirming(false)}
          />
        )}
      </section>
    </>
  );
}
