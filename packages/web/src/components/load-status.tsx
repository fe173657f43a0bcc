import { messages } from '../i18n/messages.ts';
import type { Loaded } from '../use-loaded.ts';
import { Button } from './button.tsx';
import { ErrorMessage } from './error-message.tsx';

/** A placeholder for content that is loading or failed to load. */
export function LoadStatus({ value, error, reload }: Loaded<unknown>) {
  return (
    <>
      <ErrorMessage error={error} />
      {error !== undefined && (
        <Button kind="plain" onClick={reload}>
          {messages.retry}
        </Button>
      )}
      {error === undefined && value === undefined && <p class="hint">{messages.loading}</p>}
    </>
  );
}
