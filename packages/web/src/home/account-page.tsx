import type { Profile } from '@invitree/sdk';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { say } from '../notice.tsx';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Heading } from '../parts/heading.tsx';
import { useAction } from '../use-action.ts';
import { words } from '../words/words.ts';
import { NameForm } from './name-form.tsx';
import { PhoneSection } from './phone-section.tsx';
import { Sessions } from './sessions.tsx';

interface Props {
  me: Profile;
  onChange(me: Profile): void;
  onLeave(text: string): void;
}

export function AccountPage({ me, onChange, onLeave }: Props) {
  const [asking, setAsking] = useState(false);
  const deleting = useAction(async () => {
    await client.profile.delete({ confirm: true });
    onLeave(words.accountDeleted);
  });
  return (
    <>
      <Heading>{words.account.title}</Heading>
      <section>
        <NameForm me={me} onChange={onChange} />
      </section>
      <PhoneSection
        me={me}
        onChange={(changed) => {
          onChange(changed);
          say(words.account.phoneSaved);
        }}
      />
      <Sessions onLeave={() => onLeave('')} />
      <section>
        <h2>{words.account.deleteTitle}</h2>
        <p class="hint">{words.account.deleteText}</p>
        <Button kind="danger" onClick={() => setAsking(true)}>
          {words.account.delete}
        </Button>
        {asking && (
          <Confirm
            title={words.account.deleteQuestion}
            text={words.account.deleteText}
            confirm={words.account.deleteConfirm}
            action={deleting}
            onClose={() => setAsking(false)}
          />
        )}
      </section>
    </>
  );
}
