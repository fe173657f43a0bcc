import { useEffect, useState } from 'preact/hooks';

export interface Loaded<T> {
  /** The last loaded value; a reload keeps it until the new one arrives. */
  value: T | undefined;
  error: unknown;
  reload(): void;
}

/** Loads on mount, whenever `key` changes, and after an error once the network returns. */
export function useLoaded<T>(load: () => Promise<T>, key: unknown): Loaded<T> {
  const [state, setState] = useState<{ value: T | undefined; error: unknown }>({
    value: undefined,
    error: undefined,
  });
  const [attempt, setAttempt] = useState(0);
  const reload = () => setAttempt((before) => before + 1);
  useEffect(() => {
    let current = true;
    load().then(
      (value) => current && setState({ value, error: undefined }),
      (error: unknown) => current && setState(({ value }) => ({ value, error })),
    );
    return () => {
      current = false;
    };
  }, [key, attempt]);
  useEffect(() => {
    if (state.error === undefined) return;
    addEventListener('online', reload);
    return () => removeEventListener('online', reload);
  }, [state.error]);
  return { ...state, reload };
}
