import { isInvitreeError, type Profile, type Reason, type Session } from '@invitree/sdk';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { useDraft } from '../draft.ts';
import { dropInvitation, invitation } from '../invitation.ts';
import { Button } from '../parts/button.tsx';
import { Heading } from '../parts/heading.tsx';
import { words } from '../words/words.ts';
import { EmailForm } from './email-form.tsx';
import { Invited } from './invited.tsx';
import { PhoneVerification } from './phone-verification.tsx';

/** What signing up fails with because of the invite code alone. */
const INVITE_CODE_REFUSED = new Set<Reason>([
  'INVITE_CODE_NOT_FOUND',
  'INVITE_CODE_EXPIRED',
  'REFERRER_BLOCKED',
  'PHONE_VERIFICATION_REQUIRED',
]);

type Way = 'phone' | 'code' | 'log-in' | 'register';

const HEADINGS: Record<Way, string> = {
  phone: words.signIn.title,
  code: words.signIn.codeTitle,
  'log-in': words.email.signIn,
  register: words.email.signUp,
};

export function SignIn({ onSignedIn }: { onSignedIn(user: Profile): void }) {
  const [{ way }, change] = useDraft<{ way: Way }>('way', { way: 'phone' });
  const [inviteCode, setInviteCode] = useState(invitation);
  const byPhone = way === 'phone' || way === 'code';

  function forget() {
    dropInvitation();
    setInviteCode(undefined);
  }
  function begin({ user, isNewUser }: Session) {
    change({ way: byPhone ? 'phone' : 'log-in' });
    // Someone who has an account already is asked about it then.
    if (isNewUser) dropInvitation();
    onSignedIn(user);
  }
  function remedy(error: unknown, again: () => void) {
    if (!inviteCode || !isInvitreeError(error) || !INVITE_CODE_REFUSED.has(error.reason)) return;
    const goOn = () => {
      forget();
      again();
    };
    return (
      <Button kind="plain" onClick={goOn}>
        {words.signIn.withoutInvitation}
      </Button>
    );
  }
  return (
    <main class="card" key={way}>
      <Heading>{HEADINGS[way]}</Heading>
      {way === 'phone' && <p>{words.signIn.byPhone}</p>}
      {inviteCode && <Invited code={inviteCode} onForget={forget} />}
      {byPhone ? (
        <PhoneVerification
          draft="phone"
          submit={words.signIn.submit}
          onStep={(step) => change({ way: step })}
          remedy={remedy}
          verify={async (phone, code) =>
            begin(await client.auth.verifyCode({ phone, code, inviteCode: invitation() }))
          }
        />
      ) : (
        <EmailForm
          isNew={way === 'register'}
          onNew={(isNew) => change({ way: isNew ? 'register' : 'log-in' })}
          onSession={begin}
          remedy={remedy}
        />
      )}
      {way !== 'code' && (
        <>
          <hr />
          <Button kind="link" onClick={() => change({ way: byPhone ? 'log-in' : 'phone' })}>
            {byPhone ? words.signIn.byEmailInstead : words.signIn.byPhoneInstead}
          </Button>
        </>
      )}
    </main>
  );
}
