import type { ComponentChildren, RefObject } from 'preact';
import { useId } from 'preact/hooks';
import { Problem } from './problem.tsx';

/** Those of the browser's own attributes that the pages have a use for. */
interface InputAttributes {
  type?: 'text' | 'tel' | 'email' | 'password' | 'date';
  class?: string;
  inputMode?: 'numeric' | 'tel' | 'email';
  autocomplete?: 'tel' | 'one-time-code' | 'username' | 'name' | Password | 'off';
  autocapitalize?: 'characters';
  spellcheck?: boolean;
  pattern?: string;
  min?: string;
  max?: string;
  minLength?: number;
  maxLength?: number;
  required?: boolean;
}

type Password = 'new-password' | 'current-password';

interface Props extends InputAttributes {
  label: string;
  value: string;
  onText(text: string, input: HTMLInputElement): void;
  hint?: ComponentChildren;
  error?: unknown;
  inputRef?: RefObject<HTMLInputElement | null>;
}

/** A labelled input, with what helps and what is wrong tied to it. */
export function Field({ label, value, onText, hint, error, inputRef, ...input }: Props) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        // Preact's own type is a union of one a `type`, which fits no variable.
        {...(input as object)}
        id={id}
        {...(inputRef && { ref: inputRef })}
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-hint ${id}-problem`}
        onInput={({ currentTarget }) => onText(currentTarget.value, currentTarget)}
      />
      <div id={`${id}-hint`} class="hint">
        {hint}
      </div>
      <Problem id={`${id}-problem`} error={error} />
    </div>
  );
}
