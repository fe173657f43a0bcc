import type { Loaded } from '../use-loaded.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';

/** What stands where something is still to come, or did not come. */
export function Waiting({ value, error, reload }: Loaded<unknown>) {
  return (
    <>
      <Problem error={error} />
      {error !== undefined && (
        <Button kind="plain" onClick={reload}>
          {words.again}
        </Button>
      )}
      {error === undefined && value === undefined && <p class="hint">{words.loading}</p>}
    </>
  );
}
