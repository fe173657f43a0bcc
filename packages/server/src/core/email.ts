import { domainToASCII } from 'node:url';
import { z } from 'zod';

/** The longest address that fits a mail's path (RFC 5321, 4.5.3.1.3). */
const LONGEST = 254;

/**
 * An email address in the one form that is kept and compared: lower case, the domain in ASCII
 * (UTS #46, so `Anna@МОСКВА.рф` and `anna@xn--80adxhks.xn--p1ai` are one). Not in lower case, RFC 5321
 * would allow two mailboxes; no provider does.
 */
export const email = z
  .string()
  .trim()
  .max(LONGEST)
  .transform(normalizeEmail)
  // Zod's own pattern knows no top-level domain in punycode; HTML's knows no need of one.
  .pipe(
    z
      .email({ pattern: z.regexes.html5Email })
      .regex(/\.[a-z][a-z0-9-]+$/)
      .max(LONGEST),
  )
  .meta({ type: 'string', format: 'email', example: 'anna@example.com' });

export function normalizeEmail(text: string): string {
  const at = text.lastIndexOf('@');
  if (at < 0) return text;
  return `${text.slice(0, at).toLowerCase()}@${domainToASCII(text.slice(at + 1))}`;
}
