import type { Profile } from '@invitree/sdk';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { messages } from '../i18n/messages.ts';
import { formatPhone } from '../phone.ts';
import { PhoneVerification } from '../sign-in/phone-verification.tsx';

/** The phone and email to sign in with, and a form to verify a phone if none is verified. */
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
      {!me.phoneVerified && !open && (
        <Button kind="plain" onClick={() => setOpen(true)}>
          {me.phone ? messages.account.verifyPhone : messages.account.addPhone}
        </Button>
      )}
      {!me.phoneVerified && open && (
        <PhoneVerification
          draft="own-phone"
          submit={messages.account.verify}
          purpose="link"
          verify={async (entered) => onChange(await client.auth.linkPhone(entered))}
        />
      )}
    </section>
  );
}
