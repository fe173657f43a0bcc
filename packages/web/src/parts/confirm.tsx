import { useEffect, useId, useRef } from 'preact/hooks';
import type { Action } from '../use-action.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';

interface Props {
  title: string;
  text: string;
  confirm: string;
  action: Action<[]>;
  onClose(): void;
}

/** Asks before what cannot be undone. The browser's own dialog keeps the focus inside and closes on Escape. */
export function Confirm({ title, text, confirm, action, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      <p>{text}</p>
      <Problem error={action.error} />
      <div class="buttons">
        <Button kind="plain" onClick={() => dialog.current?.close()}>
          {words.cancel}
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
