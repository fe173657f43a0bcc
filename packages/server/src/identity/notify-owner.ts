import { type AccountChange, accountChangeText, type Locale } from '../core/messages.ts';
import { DAY, HOUR, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { Limit } from '../redis/port.ts';
import { isTestPhone } from './test-phones.ts';

/** An owner needs no more to notice, and no one can have us send more. */
const NOTICES_LIMIT: Limit = { points: 10, seconds: DAY / SECOND };

/** How long an undelivered notice is worth sending, in milliseconds. */
const NOTICE_LIFETIME = HOUR;

interface Notice {
  userId: string;
  /** The phone that the account had before the change, in E.164; null if it had none. */
  phone: string | null;
  change: AccountChange;
  locale: Locale;
}

/**
 * Tells the owner of an account about a change of how one signs in, by SMS to the phone from before
 * the change: its owner learns of it even if a thief made it. Call it after the commit. It never
 * rejects, because the change has been made.
 */
export async function notifyOwner(
  deps: Pick<Deps, 'config' | 'clock' | 'limiter' | 'sms' | 'log'>,
  { userId, phone, change, locale }: Notice,
): Promise<void> {
  if (phone === null || isTestPhone(deps, phone)) return;
  try {
    const { wait } = await deps.limiter.consume('notice', userId, NOTICES_LIMIT);
    if (wait > 0 || deps.sms.isFull) {
      deps.log.warn({ userId, change, limited: wait > 0 }, 'Account notice not sent');
      return;
    }
    deps.sms.deliver({
      to: phone,
      text: accountChangeText(locale, change),
      expiresAt: new Date(deps.clock() + NOTICE_LIFETIME),
    });
  } catch (error) {
    deps.log.warn({ userId, change, err: error }, 'Account notice not sent');
  }
}
