import { z } from 'zod';
import { jsonApi } from './json-api.ts';
import type { Person, PersonFinder } from './port.ts';

/** What is not of its kind is left out; the rest is still good. */
const text = z.string().trim().min(1).max(500).nullable().catch(null);
const link = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .nullable()
  .catch(null);

const answer = z.object({
  name: z.object({ fullName: text }).catch({ fullName: null }),
  bio: text,
  location: text,
  avatar: link,
  site: link,
  employment: z.object({ name: text, title: text }).catch({ name: null, title: null }),
});

/** Nobody waits for it. In milliseconds. */
const PATIENCE = 10_000;

/** Finds by an API like Clearbit's Person API, v2: `GET /people/find?email=`. */
export function clearbitFinder(options: {
  apiKey: string;
  /** As in https://person.clearbit.com/v2 */
  url: string;
  /** Milliseconds */
  patience?: number;
}): PersonFinder {
  const find = jsonApi({
    url: (email) => new URL(`${options.url}/people/find?email=${encodeURIComponent(email)}`),
    headers: { authorization: `Bearer ${options.apiKey}`, accept: 'application/json' },
    patience: options.patience ?? PATIENCE,
    read(status, body): { person: Person | null; final: boolean } {
      // 202: it is still looking; 404 and 422: nobody it knows.
      if (status === 202) return { person: null, final: false };
      if (status === 404 || status === 422) return { person: null, final: true };
      if (status !== 200) throw new Error(`The person API answered ${status}`);
      const { name, employment, ...rest } = answer.parse(body);
      const person = {
        fullName: name.fullName,
        ...rest,
        employer: employment.name,
        jobTitle: employment.title,
      };
      const known = Object.values(person).some((value) => value !== null);
      return { person: known ? person : null, final: true };
    },
    lasts: ({ final }) => final,
  });
  return { find: async (email) => (await find(email)).person };
}
