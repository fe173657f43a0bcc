import type { ComponentChildren } from 'preact';

interface Props {
  children: ComponentChildren;
  kind?: 'main' | 'plain' | 'danger' | 'link';
  /** Its work is under way. */
  pending?: boolean;
  disabled?: boolean;
  /** Left out, the button submits its form. */
  onClick?: () => void;
  /** For a reader, where what it says is not enough. */
  label?: string;
}

/** While it works it keeps the focus, which a disabled button would lose. */
export function Button({ children, kind = 'main', pending, disabled, onClick, label }: Props) {
  return (
    <button
      type={onClick ? 'button' : 'submit'}
      class={`button ${kind}`}
      aria-busy={pending ?? false}
      aria-disabled={pending || disabled || false}
      {...(label && { 'aria-label': label })}
      onClick={(event) => {
        if (pending || disabled) event.preventDefault();
        else onClick?.();
      }}
    >
      {children}
    </button>
  );
}
