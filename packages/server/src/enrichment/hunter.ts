import { z } from 'zod';
import { jsonApi } from './json-api.ts';
import type { EmailVerdict, EmailVerifier } from './port.ts';

const answer = z.object({
  data: z.object({ status: z.string(), disposable: z.boolean().nullish() }),
});

/** Whoever signs up waits for it: as long as it takes to notice. In milliseconds. */
const PATIENCE = 3_000;

/** Verifies by the Hunter Email Verifier API, v2. */
export function hunterVerifier(options: {
  apiKey: string;
  /** As in https://api.hunter.io/v2 */
  url: string;
  /** Milliseconds */
  patience?: number;
}): EmailVerifier {
  const verify = jsonApi({
    url: (email) => new URL(`${options.url}/email-verifier?email=${encodeURIComponent(email)}`),
    headers: { 'x-api-key': options.apiKey, accept: 'application/json' },
    patience: options.patience ?? PATIENCE,
    read(status, body): EmailVerdict {
      // 202: it is still at work; 222: the mail server did not play along; 451: the person objected.
      if (status === 202 || status === 222 || status === 451) return 'unknown';
      if (status !== 200) throw new Error(`Hunter answered ${status}`);
      const { data } = answer.parse(body);
      if (data.disposable) return 'disposable';
      return VERDICTS[data.status] ?? 'unknown';
    },
    lasts: (verdict) => verdict !== 'unknown',
  });
  return { verify };
}

const VERDICTS: Record<string, EmailVerdict> = {
  valid: 'deliverable',
  invalid: 'undeliverable',
  disposable: 'disposable',
  // The server takes any address, or does not say which ones it has.
  accept_all: 'risky',
  webmail: 'risky',
};
