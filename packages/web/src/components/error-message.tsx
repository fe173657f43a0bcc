import { describeError } from '../i18n/messages.ts';

/** Shows an error next to its cause. `role=alert` makes screen readers announce it. */
export function ErrorMessage({ id, error }: { id?: string; error: unknown }) {
  return (
    <div role="alert" {...(id && { id })}>
      {error !== undefined && <p class="error">{describeError(error)}</p>}
    </div>
  );
}
