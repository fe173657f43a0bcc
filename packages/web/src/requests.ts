import { useEffect, useState } from 'preact/hooks';

/** Milliseconds after which a request shows, and after which it is said to be slow. */
const SHOWN = 400;
const SLOW = 4000;

export type Progress = 'none' | 'waiting' | 'slow';

let underWay = 0;
let since = 0;
let offset = 0;
const listeners = new Set<() => void>();

/** `fetch`, noticed: what is under way shows on the page, and the answer tells the server's time. */
export async function trackRequest(url: string, init: RequestInit): Promise<Response> {
  if (underWay === 0) since = Date.now();
  underWay += 1;
  notify();
  try {
    const answer = await fetch(url, init);
    const date = Date.parse(answer.headers.get('date') ?? '');
    const apart = date - Date.now();
    // The header tells whole seconds: less than two of them are no difference.
    if (!Number.isNaN(apart)) offset = Math.abs(apart) < 2000 ? 0 : apart;
    return answer;
  } finally {
    underWay -= 1;
    notify();
  }
}

/** Milliseconds since 1970 by the server's clock: a phone's own may be minutes off. */
export function serverNow(): number {
  return Date.now() + offset;
}

export function useProgress(): Progress {
  const [progress, setProgress] = useState<Progress>('none');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (underWay === 0) return setProgress('none');
      const waited = Date.now() - since;
      if (waited >= SLOW) return setProgress('slow');
      setProgress(waited >= SHOWN ? 'waiting' : 'none');
      timer = setTimeout(look, (waited >= SHOWN ? SLOW : SHOWN) - waited);
    };
    listeners.add(look);
    look();
    return () => {
      clearTimeout(timer);
      listeners.delete(look);
    };
  }, []);
  return progress;
}

function notify(): void {
  for (const listener of listeners) listener();
}
