import { isInvitreeError } from '@invitree/sdk';
import { useEffect, useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { ErrorMessage } from '../components/error-message.tsx';
import { messages } from '../i18n/messages.ts';
import { CodeForm, type SentCode } from '../sign-in/code-form.tsx';
import { resendTime } from '../sign-in/resend-time.ts';
import { useAction } from '../use-action.ts';

/** Asks for a code, which it sends to the user's own phone. */
export function PhoneProof({ phone, onProved }: { phone: string; onProved(): void }) {
  const [sentCode, setSentCode] = useState<SentCode>();
  const send = async () =>
    setSentCode(await client.auth.requestCode({ phone, purpose: 'reauthenticate' }));
  const sending = useAction(send);
  useEffect(() => void sending.run(), []);

  if (sentCode)
    return (
      <CodeForm
        sentCode={sentCode}
        submit={messages.proof.submit}
        verify={async (code) => {
          await client.auth.reauthenticate({ code, challenge: sentCode.challenge });
          onProved();
        }}
        resend={() =>
          send().catch((error: unknown) => {
            setSentCode({ ...sentCode, ...resendTime(error) });
            throw error;
          })
        }
      />
    );
  return (
    <>
      {sending.pending && <p class="hint">{messages.loading}</p>}
      <ErrorMessage error={sending.error} />
      {sending.error !== undefined && (
        <Button onClick={() => sending.run()}>{messages.signIn.sendCode}</Button>
      )}
      {isInvitreeError(sending.error, 'RATE_LIMITED') && (
        <Button kind="plain" onClick={() => setSentCode({ phone, ...resendTime(sending.error) })}>
          {messages.signIn.haveCode}
        </Button>
      )}
    </>
  );
}
