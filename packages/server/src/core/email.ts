import { domainToASCII } from 'node:url';
import { z } from 'zod';

/** The longest address that fits into an SMTP path (RFC 5321, 4.5.3.1.3). */
const MAX_LENGTH = 254;

/**
 * Parses an email address into the form that is stored and compared: in lower case, with an ASCII
 * domain (UTS #46), so that `Anna@МОСКВА.рф` equals `anna@xn--80adxhks.xn--p1ai`. RFC 5321 allows
 * mailboxes that differ only in case, but no provider offers them.
 */
export const email = z
  .string()
  .trim()
  .max(MAX_LENGTH)
  .transform(normalizeEmail)
  // Zod's default pattern rejects top-level domains in Punycode. HTML's accepts them, but also
  // accepts domains without a top-level domain, hence the second pattern.
  .pipe(
    z
      .email({ pattern: z.regexes.html5Email })
      .regex(/\.[a-z][a-z0-9-]+$/)
      .max(MAX_LENGTH),
  )
  .meta({ type: 'string', format: 'email', example: 'anna@example.com' });

/** Normalizes an address without validating it. */
export function normalizeEmail(text: string): string {
  const at = text.lastIndexOf('@');
  if (at < 0) return text;
  return `${text.slice(0, at).toLowerCase()}@${domainToASCII(text.slice(at + 1))}`;
}
