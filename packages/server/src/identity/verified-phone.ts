import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';

type Asked = Pick<Deps, 'config' | 'clock'>;

/** Whether a phone's verification still holds. It ends by the clock alone: nothing is written then. */
export function isPhoneVerified({ config, clock }: Asked, verifiedAt: Date | null): boolean {
  const { PHONE_VERIFICATION_TTL } = config;
  if (verifiedAt === null) return false;
  return PHONE_VERIFICATION_TTL === 0 || +verifiedAt + PHONE_VERIFICATION_TTL * 1000 > clock();
}

/**
 * Asks for a phone verified lately, of one who is about to activate or create an invite code. With
 * PHONE_VERIFICATION_TTL at 0 nothing is asked; else who has no phone is asked for one too.
 * @throws DomainError PHONE_VERIFICATION_REQUIRED
 */
export async function requireVerifiedPhone(deps: Asked, tx: Sql, userId: string): Promise<void> {
  if (deps.config.PHONE_VERIFICATION_TTL === 0) return;
  const [user] = await tx.query<{ verifiedAt: Date | null }>(
    sql`select phone_verified_at as "verifiedAt" from users where id = ${userId}`,
  );
  if (!isPhoneVerified(deps, user?.verifiedAt ?? null))
    throw new DomainError('PHONE_VERIFICATION_REQUIRED');
}
