import type { Profile } from '@invitree/sdk';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../parts/button.tsx';
import { formatPhone } from '../phone.ts';
import { PhoneVerification } from '../sign-in/phone-verification.tsx';
import { words } from '../words/words.ts';

/** By what the account is entered, and the way to a verified phone for one that has none. */
export function PhoneSection({ me, onChange }: { me: Profile; onChange(me: Profile): void }) {
  const [open, setOpen] = useState(false);
  return (
    <section>
      <dl>
        <dt>{words.account.phone}</dt>
        <dd>{me.phone ? formatPhone(me.phone, '') : words.account.none}</dd>
        <dt>{words.account.email}</dt>
        <dd>{me.email ?? words.account.none}</dd>
      </dl>
      {!me.phoneVerified && !open && (
        <Button kind="plain" onClick={() => setOpen(true)}>
          {me.phone ? words.account.verifyPhone : words.account.addPhone}
        </Button>
      )}
      {!me.phoneVerified && open && (
        <PhoneVerification
          draft="own-phone"
          submit={words.account.verify}
          verify={async (phone, code) => onChange(await client.auth.linkPhone({ phone, code }))}
        />
      )}
    </section>
  );
}
