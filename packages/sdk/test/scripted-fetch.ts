import { proceduresOf } from './server.ts';

/**
 * A fetch that returns or throws these outcomes first, and then calls the server. With `lost`, the
 * server handles the request, but its response is lost.
 */
export function scripted(...outcomes: (Response | Error | 'lost')[]) {
  /** The procedures called, one entry per request. */
  const requests: string[] = [];
  const send = async (to: string, init: RequestInit) => {
    requests.push(proceduresOf(to));
    const next = outcomes.shift();
    if (next === 'lost') {
      await fetch(to, init);
      throw new TypeError('fetch failed');
    }
    if (next instanceof Error) throw next;
    return next ?? fetch(to, init);
  };
  return { requests, fetch: send };
}

export const offline = () => new TypeError('fetch failed');
