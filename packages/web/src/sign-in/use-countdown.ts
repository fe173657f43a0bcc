import { useEffect, useState } from 'preact/hooks';
import { serverNow } from '../requests.ts';

/** Whole seconds until `time` by the server's clock; 0 once it has passed or if there is none. */
export function useCountdown(time: string | undefined): number {
  const [seconds, setSeconds] = useState(() => secondsUntil(time));
  useEffect(() => {
    const update = () => setSeconds(secondsUntil(time));
    update();
    const timer = setInterval(update, 1000);
    return () => clearInterval(timer);
  }, [time]);
  return seconds;
}

function secondsUntil(time: string | undefined): number {
  return time ? Math.max(0, Math.ceil((Date.parse(time) - serverNow()) / 1000)) : 0;
}
