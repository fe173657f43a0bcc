import sql, { type Sql as Statement } from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { auditFailedProof } from '../audit/failed-proof.ts';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { PROOF_LIFETIME } from '../sessions/fresh-proof.ts';
import type { Caller, Client } from '../sessions/sessions.ts';
import { countVerified } from './codes/pumping.ts';
import { requireCorrectCode } from './codes/refuse.ts';
import { type CodeAttempt, type CodeVerification, verifyCode } from './codes/verify.ts';
import { withFailureBudget } from './failure-budget.ts';
import { attemptPassword } from './passwords/attempt.ts';

interface Reauthentication {
  caller: Caller;
  proof: { code: string; challenge?: string | undefined } | { password: string };
  client: Client;
}

interface User {
  phone: string | null;
  passwordHash: string | null;
}

/**
 * Renews the proof of who the session's user is, by a code sent to their own phone or by their
 * password, and returns the time until which it counts. Wrong ones count against the limits of
 * sign-ins. Refreshing a session never renews the proof.
 * @throws DomainError CODE_WRONG, CODE_EXPIRED, CODE_ATTEMPTS_EXCEEDED, CREDENTIALS_WRONG,
 *   RATE_LIMITED, UNAVAILABLE; TOKEN_INVALID if the session ended in the meantime
 */
export async function reauthenticate(
  deps: Deps,
  { caller, proof, client }: Reauthentication,
): Promise<Date> {
  const { userId } = caller;
  const user = await deps.database.prisma.user.findUnique({
    where: { id: userId },
    select: { phone: true, passwordHash: true },
  });
  if (!user) throw new DomainError('TOKEN_INVALID');
  const method = 'code' in proof ? 'phone' : 'password';
  const who = sql`select ${userId}::uuid, ${userId}::uuid`;
  const audited = { action: 'auth.reauthentication_failed', method, client, who } as const;
  const renewed = await auditFailedProof(deps, audited, () =>
    'code' in proof
      ? proveByCode(deps, { caller, client, ...proof }, user)
      : proveByPassword(deps, { caller, client, ...proof }, user),
  );
  if (!renewed) throw new DomainError('TOKEN_INVALID');
  return new Date(deps.clock() + PROOF_LIFETIME);
}

async function proveByCode(
  deps: Deps,
  { caller, client, ...given }: Pick<Reauthentication, 'caller' | 'client'> & { code: string },
  { phone }: User,
): Promise<boolean> {
  // No code was sent, so none can be right.
  if (phone === null) throw new DomainError('CODE_WRONG', { attemptsLeft: 0 });
  const purposes = ['reauthenticate', 'signIn'] as const;
  const attempt: CodeAttempt = { phone, ...given, purposes, ip: client.ip };
  const isOwn = sql`exists (
        select from users where id = ${caller.userId} and phone = ${phone} and status = 'active')`;
  const verification = await withFailureBudget(deps, { method: 'code', client }, async () => {
    const [row] = await deps.database.query<CodeVerification & { renewed: boolean }>(sql`
      with attempt as (${verifyCode(deps, attempt, isOwn)}
      ), ${renewal(deps, caller, {
        method: 'phone',
        ip: client.ip,
        onlyIf: sql`phone = ${phone} and exists (select from attempt where consumed)`,
      })}
      select consumed, "attemptsLeft", exists (select from renewed) as renewed from attempt`);
    return requireCorrectCode(deps, attempt, row);
  });
  if (verification.consumed) countVerified(deps, { phone, ip: client.ip });
  return verification.renewed;
}

async function proveByPassword(
  deps: Deps,
  { caller, client, password }: Pick<Reauthentication, 'caller' | 'client'> & { password: string },
  { passwordHash }: User,
): Promise<boolean> {
  // Counted separately from sign-ins: a stolen session cannot lock the owner out of signing in.
  await attemptPassword(deps, {
    account: caller.userId,
    password,
    hash: passwordHash,
    isKnownAddress: false,
    line: 'signedIn',
    client,
  });
  const [row] = await deps.database.query<{ renewed: boolean }>(sql`
    with ${renewal(deps, caller, {
      method: 'password',
      ip: client.ip,
      onlyIf: sql`password_hash = ${passwordHash}`,
    })}
    select exists (select from renewed) as renewed`);
  return row?.renewed ?? false;
}

/**
 * The CTEs that renew the proof of the caller's session and record it, if the session is live and
 * `onlyIf` holds for the user's row. They lock that row before the session's.
 */
function renewal(
  { clock }: Pick<Deps, 'clock'>,
  { userId, sessionId }: Caller,
  { method, ip, onlyIf }: { method: 'phone' | 'password'; ip: string; onlyIf: Statement },
): Statement {
  const now = new Date(clock());
  const event = { at: now, action: 'auth.reauthenticated', ip, details: { method } } as const;
  return sql`account as (
        select id from users where id = ${userId} and status = 'active' and ${onlyIf}
        for no key update
      ), renewed as (
        update sessions set reauthenticated_at = ${now}
        where id = ${sessionId} and user_id = (select id from account)
          and revoked_at is null and expires_at > ${now}
        returning user_id
      ), audit as (${recordAudit(event, sql`select user_id, user_id from renewed`)}
      )`;
}
