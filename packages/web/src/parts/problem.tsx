import { explain } from '../words/words.ts';

/** What went wrong, where it went wrong; read out when it appears. */
export function Problem({ id, error }: { id?: string; error: unknown }) {
  return (
    <div role="alert" {...(id && { id })}>
      {error !== undefined && <p class="problem">{explain(error)}</p>}
    </div>
  );
}
