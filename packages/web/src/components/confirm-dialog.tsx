import { useEffect, useId, useRef } from 'preact/hooks';
import { messages } from '../i18n/messages.ts';
import type { Action } from '../use-action.ts';
import { Button } from './button.tsx';
import { ErrorMessage } from './error-message.tsx';

interface Props {
  title: string;
  text: string;
  confirm: string;
  action: Action<[]>;
  onClose(): void;
}

/** Confirms an irreversible action. The native dialog traps the focus and closes on Escape. */
export function ConfirmDialog({ title, text, confirm, action, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      <p>{text}</p>
      <ErrorMessage error={action.error} />
      <div class="buttons">
        <Button kind="plain" onClick={() => dialog.current?.close()}>
          {messages.cancel}
        </Button>
        <Button
          kind="danger"
          pending={action.pending}
          onClick={async () => {
            if (await action.run()) dialog.current?.close();
          }}
        >
          {confirm}
        </Button>
      </div>
    </dialog>
  );
}
