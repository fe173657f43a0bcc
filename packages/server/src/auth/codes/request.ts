import type { CodePurpose } from '../../core/code-purposes.ts';
import { DomainError } from '../../core/errors.ts';
import { codeText, type Locale } from '../../core/messages.ts';
import { parsePhone } from '../../core/phone.ts';
import type { Deps } from '../../deps.ts';
import { isTestPhone } from '../../identity/test-phones.ts';
import type { Logger } from '../../observability/port.ts';
import { issueCode, type OneTimeCode } from './issue.ts';
import { countSend, requireServedCountry } from './pumping.ts';

/** Seconds after which a client may retry when the SMS queue is full. */
const BUSY_RETRY_AFTER = 30;

interface CodeRequest {
  /** In any form that `parsePhone` reads */
  phone: string;
  purpose: CodePurpose;
  locale: Locale;
  ip: string;
  log: Logger;
}

/**
 * Issues a code and queues its SMS, which is sent after the response: a slow provider must not
 * delay the response, and its timing must reveal nothing. A refused request changes nothing. The
 * result does not depend on whether the phone has an account.
 * @throws DomainError PHONE_INVALID, RATE_LIMITED, UNAVAILABLE
 */
export async function requestCode(
  deps: Deps,
  { phone: text, purpose, locale, ip, log }: CodeRequest,
): Promise<OneTimeCode & { phone: string }> {
  const phone = parsePhone(text, deps.config.DEFAULT_REGION);
  if (isTestPhone(deps, phone))
    return { phone, ...(await issueCode(deps, { phone, purpose, ip })) };
  requireServedCountry(deps, phone);
  if (deps.sms.isFull) throw new DomainError('UNAVAILABLE', { retryAfter: BUSY_RETRY_AFTER });
  const issued = await countSend(deps, { phone, ip }, () =>
    issueCode(deps, { phone, purpose, ip }),
  );
  const { code, expiresAt } = issued;
  deps.sms.deliver({ to: phone, text: codeText(locale, purpose, code), expiresAt }, log);
  return { phone, ...issued };
}
