import { DomainError } from '../../core/errors.ts';
import { codeText, type Locale } from '../../core/messages.ts';
import { parsePhone } from '../../core/phone.ts';
import type { Deps } from '../../deps.ts';
import type { Logger } from '../../observability/port.ts';
import { type IssuedCode, issueCode } from './issue.ts';
import { countSend, refuseCountry } from './pumping.ts';
import { isTestPhone } from './test-phones.ts';

interface Request {
  /** As a person writes it */
  phone: string;
  locale: Locale;
  ip: string;
  log: Logger;
}

/**
 * Makes a code and has it sent after the answer: a slow provider must not hold it, nor tell by its
 * timing. What is refused changes nothing; whether the phone has an account plays no part.
 * @throws DomainError PHONE_INVALID, RATE_LIMITED, UNAVAILABLE
 */
export async function requestCode(
  deps: Deps,
  { phone: text, locale, ip, log }: Request,
): Promise<IssuedCode & { phone: string }> {
  const phone = parsePhone(text, deps.config.DEFAULT_REGION);
  if (isTestPhone(deps, phone)) return { phone, ...(await issueCode(deps, phone)) };
  refuseCountry(deps, phone);
  if (deps.sms.full) throw new DomainError('UNAVAILABLE', { retryAfter: 30 });
  const issued = await countSend(deps, { phone, ip }, () => issueCode(deps, phone));
  const { code, expiresAt } = issued;
  deps.sms.deliver({ to: phone, text: codeText(locale, code), expiresAt }, log);
  return { phone, ...issued };
}
