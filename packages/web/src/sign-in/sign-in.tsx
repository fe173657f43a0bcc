import { isInvitreeError, type Profile, type Reason, type Session } from '@invitree/sdk';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { Heading } from '../components/heading.tsx';
import { useDraft } from '../draft.ts';
import { messages } from '../i18n/messages.ts';
import { clearPendingInviteCode, pendingInviteCode } from '../pending-invite-code.ts';
import { EmailForm } from './email-form.tsx';
import { InvitationNote } from './invitation-note.tsx';
import { PhoneVerification } from './phone-verification.tsx';

/** Reasons that refuse a sign-up only because of its invite code. */
const INVITE_CODE_REASONS = new Set<Reason>([
  'INVITE_CODE_NOT_FOUND',
  'INVITE_CODE_EXPIRED',
  'REFERRER_BLOCKED',
  'PHONE_VERIFICATION_REQUIRED',
  'EMAIL_VERIFICATION_REQUIRED',
  'ACTIVATION_REFUSED',
]);

type Step = 'phone' | 'code' | 'log-in' | 'register';

const HEADINGS: Record<Step, string> = {
  phone: messages.signIn.title,
  code: messages.signIn.codeTitle,
  'log-in': messages.email.signIn,
  register: messages.email.signUp,
};

export function SignIn({ onSignedIn }: { onSignedIn(user: Profile): void }) {
  const [{ step }, change] = useDraft<{ step: Step }>('sign-in', { step: 'phone' });
  const [inviteCode, setInviteCode] = useState(pendingInviteCode);
  const byPhone = step === 'phone' || step === 'code';

  function removeInviteCode() {
    clearPendingInviteCode();
    setInviteCode(undefined);
  }
  function enter({ user, isNewUser }: Session) {
    change({ step: byPhone ? 'phone' : 'log-in' });
    // Existing users are offered the activation after they sign in.
    if (isNewUser) clearPendingInviteCode();
    onSignedIn(user);
  }
  function renderErrorAction(error: unknown, retry: () => void) {
    if (!inviteCode || !isInvitreeError(error) || !INVITE_CODE_REASONS.has(error.reason)) return;
    const retryWithoutCode = () => {
      removeInviteCode();
      retry();
    };
    return (
      <Button kind="plain" onClick={retryWithoutCode}>
        {messages.signIn.withoutInvitation}
      </Button>
    );
  }
  return (
    <main class="card" key={step}>
      <Heading>{HEADINGS[step]}</Heading>
      {step === 'phone' && <p>{messages.signIn.byPhone}</p>}
      {inviteCode && <InvitationNote code={inviteCode} onRemove={removeInviteCode} />}
      {byPhone ? (
        <PhoneVerification
          draft="phone"
          submit={messages.signIn.submit}
          onStep={(next) => change({ step: next })}
          renderErrorAction={renderErrorAction}
          verify={async (entered) =>
            enter(await client.auth.verifyCode({ ...entered, inviteCode: pendingInviteCode() }))
          }
        />
      ) : (
        <EmailForm
          isNew={step === 'register'}
          onNew={(isNew) => change({ step: isNew ? 'register' : 'log-in' })}
          onSession={enter}
          renderErrorAction={renderErrorAction}
        />
      )}
      {step !== 'code' && (
        <>
          <hr />
          <Button kind="link" onClick={() => change({ step: byPhone ? 'log-in' : 'phone' })}>
            {byPhone ? messages.signIn.useEmail : messages.signIn.usePhone}
          </Button>
        </>
      )}
    </main>
  );
}
