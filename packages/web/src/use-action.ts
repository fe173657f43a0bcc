import { useRef, useState } from 'preact/hooks';

export interface Action<Args extends unknown[]> {
  /** Resolves to true if the work succeeded. Does nothing while a run is pending. */
  run(...args: Args): Promise<boolean>;
  pending: boolean;
  /** The error of the last run, if it failed. */
  error: unknown;
  reset(): void;
}

/** Runs work for a control, and returns its pending state and error to show next to it. */
export function useAction<Args extends unknown[] = []>(
  work: (...args: Args) => Promise<unknown>,
): Action<Args> {
  const [state, setState] = useState<{ pending: boolean; error: unknown }>(IDLE);
  const running = useRef(false);
  return {
    ...state,
    async run(...args) {
      if (running.current) return false;
      running.current = true;
      setState({ pending: true, error: undefined });
      try {
        await work(...args);
        setState(IDLE);
        return true;
      } catch (error) {
        setState({ pending: false, error });
        return false;
      } finally {
        running.current = false;
      }
    },
    reset: () => setState(IDLE),
  };
}

const IDLE = { pending: false, error: undefined };
