import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { messages } from '../i18n/messages.ts';
import { useLoaded } from '../use-loaded.ts';

/** Shows who invited the user and whether the code is valid. */
export function InvitationNote({ code, onRemove }: { code: string; onRemove(): void }) {
  // If the lookup fails, the sign-up itself will report an invalid code.
  const { value } = useLoaded(() => client.referral.checkCode({ code }), code);
  const invalid = value?.valid === false;
  return (
    <div class="note">
      {invalid ? (
        <>
          <p>{messages.invitation.notValid(code)}</p>
          <Button kind="link" onClick={onRemove}>
            {messages.invitation.remove}
          </Button>
        </>
      ) : (
        <>
          <strong>{messages.invitation.from(value?.referrerName ?? null)}</strong>
          <p>{messages.invitation.atSignUp(code)}</p>
        </>
      )}
    </div>
  );
}
