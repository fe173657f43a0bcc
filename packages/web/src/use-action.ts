import { useRef, useState } from 'preact/hooks';

export interface Action<Args extends unknown[]> {
  /** Does the work, unless it is being done; resolves to whether it was done. */
  run(...args: Args): Promise<boolean>;
  pending: boolean;
  /** What the last run threw. */
  error: unknown;
  forget(): void;
}

/** Something a person sets off: shown while it runs, and what goes wrong is said where it began. */
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
    forget: () => setState(IDLE),
  };
}

const IDLE = { pending: false, error: undefined };
