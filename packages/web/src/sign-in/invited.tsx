import { client } from '../client.ts';
import { Button } from '../parts/button.tsx';
import { useLoaded } from '../use-loaded.ts';
import { words } from '../words/words.ts';

/** Who invited, and what becomes of the code. */
export function Invited({ code, onForget }: { code: string; onForget(): void }) {
  // What cannot be looked up now is found out at sign-up.
  const { value } = useLoaded(() => client.referral.checkCode({ code }), code);
  const refused = value?.valid === false;
  return (
    <div class="note">
      {refused ? (
        <>
          <p>{words.invitation.notValid(code)}</p>
          <Button kind="link" onClick={onForget}>
            {words.invitation.remove}
          </Button>
        </>
      ) : (
        <>
          <strong>{words.invitation.from(value?.referrerName ?? null)}</strong>
          <p>{words.invitation.atSignUp(code)}</p>
        </>
      )}
    </div>
  );
}
