import { useEffect, useState } from 'preact/hooks';

export interface Loaded<T> {
  /** What came last; it stays while it is loaded anew. */
  value: T | undefined;
  error: unknown;
  reload(): void;
}

/** Loads at first, whenever `key` changes, and after an error once the network is back. */
export function useLoaded<T>(load: () => Promise<T>, key: unknown): Loaded<T> {
  const [state, setState] = useState<{ value: T | undefined; error: unknown }>({
    value: undefined,
    error: undefined,
  });
  const [round, setRound] = useState(0);
  const reload = () => setRound((before) => before + 1);
  useEffect(() => {
    let current = true;
    load().then(
      (value) => current && setState({ value, error: undefined }),
      (error: unknown) => current && setState(({ value }) => ({ value, error })),
    );
    return () => {
      current = false;
    };
  }, [key, round]);
  useEffect(() => {
    if (state.error === undefined) return;
    addEventListener('online', reload);
    return () => removeEventListener('online', reload);
  }, [state.error]);
  return { ...state, reload };
}
