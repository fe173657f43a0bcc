import { isInvitreeError, type Profile } from '@invitree/sdk';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { messages } from '../i18n/messages.ts';
import { PasswordProof } from './password-proof.tsx';
import { PhoneProof } from './phone-proof.tsx';

/** Shows the dialog, and resolves to true once the user proved who they are. */
let askForProof: () => Promise<boolean> = async () => false;

/**
 * Runs an action. If the server requires a proof of who the user is, asks for one and runs the
 * action again. If the user closes the dialog, the error remains.
 */
export async function withProof<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (!isInvitreeError(error, 'REAUTHENTICATION_REQUIRED')) throw error;
    if (!(await askForProof())) throw error;
  }
  return action();
}

/** The dialog of `withProof`. It may open above another dialog, whose action requires the proof. */
export function ProofDialog({ me }: { me: Profile }) {
  const [finish, setFinish] = useState<(proved: boolean) => void>();
  useEffect(() => {
    askForProof = () =>
      new Promise((resolve) => {
        setFinish(() => (proved: boolean) => {
          setFinish(undefined);
          resolve(proved);
        });
      });
    return () => {
      askForProof = async () => false;
    };
  }, []);
  return finish ? <OpenDialog me={me} onClose={finish} /> : null;
}

function OpenDialog({ me, onClose }: { me: Profile; onClose(proved: boolean): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={() => onClose(false)}>
      <h2 id={id}>{messages.proof.title}</h2>
      {me.phone ? (
        <PhoneProof phone={me.phone} onProved={() => onClose(true)} />
      ) : (
        <PasswordProof onProved={() => onClose(true)} />
      )}
      <div class="buttons">
        <Button kind="plain" onClick={() => dialog.current?.close()}>
          {messages.cancel}
        </Button>
      </div>
    </dialog>
  );
}
