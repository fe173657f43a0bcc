import { z } from 'zod';
import { SECOND } from '../core/time.ts';
import { jsonApiClient } from './json-api.ts';
import type { EmailVerdict, EmailVerifier } from './port.ts';

const responseBody = z.object({
  data: z.object({ status: z.string(), disposable: z.boolean().nullish() }),
});

/** Short, because a person who signs up waits for it. */
const TIMEOUT = 3 * SECOND;

/** Verifies emails with the Hunter Email Verifier API, v2. */
export function hunterVerifier(options: {
  apiKey: string;
  /** For example https://api.hunter.io/v2 */
  url: string;
  /** Milliseconds; 3,000 by default. */
  timeout?: number;
}): EmailVerifier {
  const verify = jsonApiClient({
    url: (email) => new URL(`${options.url}/email-verifier?email=${encodeURIComponent(email)}`),
    headers: { 'x-api-key': options.apiKey, accept: 'application/json' },
    timeout: options.timeout ?? TIMEOUT,
    parse(status, body): EmailVerdict {
      // 202: still verifying. 222: the mail server misbehaved. 451: the person objected.
      if (status === 202 || status === 222 || status === 451) return 'unknown';
      if (status !== 200) throw new Error(`Hunter responded with status ${status}`);
      const { data } = responseBody.parse(body);
      if (data.disposable) return 'disposable';
      return VERDICTS[data.status] ?? 'unknown';
    },
    isFinal: (verdict) => verdict !== 'unknown',
  });
  return { verify };
}

const VERDICTS: Record<string, EmailVerdict> = {
  valid: 'deliverable',
  invalid: 'undeliverable',
  disposable: 'disposable',
  // The mail server accepts every address, or does not reveal which ones exist.
  accept_all: 'risky',
  webmail: 'risky',
};
