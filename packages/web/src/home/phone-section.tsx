import type { Profile } from '@invitree/sdk';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { messages } from '../i18n/messages.ts';
import { formatPhone } from '../phone.ts';
import { PhoneVerification } from '../sign-in/phone-verification.tsx';
import { withProof } from './proof-dialog.tsx';

/** The phone and email to sign in with, and a form to verify, add or change the phone. */
export function PhoneSection({ me, onChange }: { me: Profile; onChange(me: Profile): void }) {
  const [open, setOpen] = useState(false);
  return (
    <section>
      <dl>
        <dt>{messages.account.phone}</dt>
        <dd>{me.phone ? formatPhone(me.phone, '') : messages.account.none}</dd>
        <dt>{messages.account.email}</dt>
        <dd>{me.email ?? messages.account.none}</dd>
      </dl>
      {open ? (
        <PhoneVerification
          draft="own-phone"
          submit={messages.account.verify}
          purpose="link"
          verify={async (entered) => {
            onChange(await withProof(() => client.auth.linkPhone(entered)));
            setOpen(false);
          }}
        />
      ) : (
        <Button kind="plain" onClick={() => setOpen(true)}>
          {label(me)}
        </Button>
      )}
    </section>
  );
}

function label({ phone, phoneVerified }: Profile): string {
  if (phone === null) return messages.account.addPhone;
  return phoneVerified ? messages.account.changePhone : messages.account.verifyPhone;
}
