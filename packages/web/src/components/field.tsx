import type { ComponentChildren, RefObject } from 'preact';
import { useId } from 'preact/hooks';
import { ErrorMessage } from './error-message.tsx';

/** The HTML attributes that the pages use. */
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

/** A labeled input, linked to its hint and its error for screen readers. */
export function Field({ label, value, onText, hint, error, inputRef, ...input }: Props) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        // Preact types inputs as a union over `type`, to which no variable `type` is assignable.
        {...(input as object)}
        id={id}
        {...(inputRef && { ref: inputRef })}
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-hint ${id}-error`}
        onInput={({ currentTarget }) => onText(currentTarget.value, currentTarget)}
      />
      <div id={`${id}-hint`} class="hint">
        {hint}
      </div>
      <ErrorMessage id={`${id}-error`} error={error} />
    </div>
  );
}
