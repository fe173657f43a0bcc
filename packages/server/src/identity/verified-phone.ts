import sql, { type Sql as Statement } from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';

type VerificationDeps = Pick<Deps, 'config' | 'clock'>;

/** Verifications up to this time have expired; null if they never expire. */
function verificationCutoff({ config, clock }: VerificationDeps): Date | null {
  const ttl = config.PHONE_VERIFICATION_TTL;
  return ttl === 0 ? null : new Date(clock() - ttl * SECOND);
}

/** True while a phone's verification is valid. It expires with time; nothing is written then. */
export function isPhoneVerified(deps: VerificationDeps, verifiedAt: Date | null): boolean {
  if (verifiedAt === null) return false;
  const cutoff = verificationCutoff(deps);
  return cutoff === null || verifiedAt > cutoff;
}

/** `isPhoneVerified` as an SQL expression over a `timestamptz` expression; never null. */
export function phoneVerifiedSql(deps: VerificationDeps, verifiedAt: Statement): Statement {
  const cutoff = verificationCutoff(deps);
  return cutoff === null
    ? sql`${verifiedAt} is not null`
    : sql`coalesce(${verifiedAt} > ${cutoff}, false)`;
}

/**
 * Requires a valid phone verification of a user who is about to activate or create an invite code.
 * Does nothing if PHONE_VERIFICATION_TTL is 0; otherwise a user without a phone is refused too.
 * @throws DomainError PHONE_VERIFICATION_REQUIRED
 */
export async function requireVerifiedPhone(
  deps: VerificationDeps,
  tx: Sql,
  userId: string,
): Promise<void> {
  if (deps.config.PHONE_VERIFICATION_TTL === 0) return;
  const [user] = await tx.query<{ verifiedAt: Date | null }>(
    sql`select phone_verified_at as "verifiedAt" from users where id = ${userId}`,
  );
  if (!isPhoneVerified(deps, user?.verifiedAt ?? null))
    throw new DomainError('PHONE_VERIFICATION_REQUIRED');
}
