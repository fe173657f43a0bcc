import { isInvitreeError } from '@invitree/sdk';
import { serverNow } from '../requests.ts';

/** The earliest time to request another code, if the error contains it. */
export function resendTime(error: unknown): { resendAt?: string } {
  return isInvitreeError(error, 'RATE_LIMITED')
    ? { resendAt: new Date(serverNow() + error.retryAfter * 1000).toISOString() }
    : {};
}
