import { z } from 'zod';
import { SECOND } from '../core/time.ts';
import { jsonApiClient } from './json-api.ts';
import type { Person, PersonFinder } from './port.ts';

/** An invalid field becomes null, so the others can still be used. */
const text = z.string().trim().min(1).max(500).nullable().catch(null);
const link = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .nullable()
  .catch(null);

const responseBody = z.object({
  name: z.object({ fullName: text }).catch({ fullName: null }),
  bio: text,
  location: text,
  avatar: link,
  site: link,
  employment: z.object({ name: text, title: text }).catch({ name: null, title: null }),
});

/** Long, because it runs in the background. */
const TIMEOUT = 10 * SECOND;

/** Finds people with an API like Clearbit's Person API, v2: `GET /people/find?email=`. */
export function clearbitFinder(options: {
  apiKey: string;
  /** For example https://person.clearbit.com/v2 */
  url: string;
  /** Milliseconds; 10,000 by default. */
  timeout?: number;
}): PersonFinder {
  const find = jsonApiClient({
    url: (email) => new URL(`${options.url}/people/find?email=${encodeURIComponent(email)}`),
    headers: { authorization: `Bearer ${options.apiKey}`, accept: 'application/json' },
    timeout: options.timeout ?? TIMEOUT,
    parse(status, body): { person: Person | null; final: boolean } {
      // 202: still looking. 404 and 422: no such person.
      if (status === 202) return { person: null, final: false };
      if (status === 404 || status === 422) return { person: null, final: true };
      if (status !== 200) throw new Error(`The person API responded with status ${status}`);
      const { name, employment, ...rest } = responseBody.parse(body);
      const person = {
        fullName: name.fullName,
        ...rest,
        employer: employment.name,
        jobTitle: employment.title,
      };
      const hasData = Object.values(person).some((value) => value !== null);
      return { person: hasData ? person : null, final: true };
    },
    isFinal: ({ final }) => final,
  });
  return { find: async (email) => (await find(email)).person };
}
