import { useEffect, useState } from 'preact/hooks';

/** Milliseconds until a request shows the progress bar, and until it shows the slow notice. */
const WAITING_AFTER = 400;
const SLOW_AFTER = 4000;

export type Progress = 'none' | 'waiting' | 'slow';

let inFlight = 0;
let startedAt = 0;
let clockOffset = 0;
const listeners = new Set<() => void>();

/** `fetch` that feeds the progress bar and reads the server's clock from the `Date` header. */
export async function trackRequest(url: string, init: RequestInit): Promise<Response> {
  if (inFlight === 0) startedAt = Date.now();
  inFlight += 1;
  notify();
  try {
    const response = await fetch(url, init);
    const offset = Date.parse(response.headers.get('date') ?? '') - Date.now();
    // The header has a resolution of one second, so smaller differences are noise.
    if (!Number.isNaN(offset)) clockOffset = Math.abs(offset) < 2000 ? 0 : offset;
    return response;
  } finally {
    inFlight -= 1;
    notify();
  }
}

/** Unix time in milliseconds by the server's clock; a device's own may be minutes off. */
export function serverNow(): number {
  return Date.now() + clockOffset;
}

export function useProgress(): Progress {
  const [progress, setProgress] = useState<Progress>('none');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const update = () => {
      clearTimeout(timer);
      if (inFlight === 0) return setProgress('none');
      const waited = Date.now() - startedAt;
      if (waited >= SLOW_AFTER) return setProgress('slow');
      setProgress(waited >= WAITING_AFTER ? 'waiting' : 'none');
      timer = setTimeout(update, (waited >= WAITING_AFTER ? SLOW_AFTER : WAITING_AFTER) - waited);
    };
    listeners.add(update);
    update();
    return () => {
      clearTimeout(timer);
      listeners.delete(update);
    };
  }, []);
  return progress;
}

function notify(): void {
  for (const listener of listeners) listener();
}
