import type { ComponentChildren } from 'preact';

interface Props {
  children: ComponentChildren;
  kind?: 'main' | 'plain' | 'danger' | 'link';
  /** True while its action runs. */
  pending?: boolean;
  disabled?: boolean;
  /** Without it, the button submits its form. */
  onClick?: () => void;
  /** The name for screen readers, where the visible text alone is ambiguous. */
  label?: string;
}

/** Uses `aria-disabled`, because a `disabled` button would lose the focus. */
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
