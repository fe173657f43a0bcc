import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { Person } from '../enrichment/port.ts';

/**
 * Returns everything that is stored about a user, except hashes that protect the account.
 * The address of an audit entry is included only if the user was the actor: otherwise it belongs
 * to someone else.
 * @throws DomainError NOT_FOUND
 */
export async function exportProfile(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  { userId, ip }: { userId: string; ip: string },
) {
  const { prisma } = database;
  const user = await prisma.user.findUnique({
    where: { id: userId },
    include: {
      inviteCodes: { omit: { userId: true }, orderBy: { createdAt: 'asc' } },
      referral: true,
      referees: { orderBy: { activatedAt: 'asc' } },
      formerIdentities: { select: { at: true }, orderBy: { at: 'asc' } },
      sessions: {
        omit: { userId: true, refreshSeed: true },
        include: { refreshTokens: { select: { createdAt: true, usedAt: true } } },
        orderBy: { id: 'asc' },
      },
    },
  });
  if (!user || user.status === 'deleted') throw new DomainError('NOT_FOUND');
  const now = new Date(clock());
  // A copy of everything is what a thief of the session would take.
  const event = { at: now, action: 'profile.exported', ip } as const;
  await database.query(recordAudit(event, sql`select ${userId}::uuid, ${userId}::uuid`));
  const [oneTimeCodes, activationOrigin, findings, auditEntries] = await Promise.all([
    prisma.phoneCode.findUnique({
      where: { phone: user.phone ?? '' },
      select: {
        expiresAt: true,
        codeExpiresAt: true,
        codeAttempts: true,
        sentAt: true,
        reservedSentAt: true,
        failedAt: true,
        reservedFailedAt: true,
      },
    }),
    prisma.activationOrigin.findUnique({
      where: { refereeId: userId },
      omit: { refereeId: true },
    }),
    prisma.referralFinding.findMany({
      where: { OR: [{ refereeId: userId }, { referrerId: userId }] },
      orderBy: { id: 'asc' },
    }),
    prisma.auditEntry.findMany({
      where: { OR: [{ actorId: userId }, { targetId: userId }] },
      orderBy: { id: 'asc' },
    }),
  ]);
  const { inviteCodes, referral, referees, sessions, passwordHash, deletedAt: _, ...rest } = user;
  const { formerIdentities, ...facts } = rest;
  return {
    exportedAt: now,
    user: { ...facts, person: facts.person as Person | null, hasPassword: passwordHash !== null },
    inviteCodes,
    referral: referral && {
      referrerId: referral.referrerId,
      topId: referral.topId,
      inviteCode: referral.inviteCode,
      activatedAt: referral.activatedAt,
    },
    referees: referees.map(({ refereeId, inviteCode, activatedAt }) => ({
      id: refereeId,
      inviteCode,
      activatedAt,
    })),
    activationOrigin,
    formerIdentities,
    findings,
    sessions,
    oneTimeCodes,
    auditEntries: auditEntries.map(({ ip, ...entry }) => ({
      ...entry,
      details: entry.details as Record<string, unknown> | null,
      ip: entry.actorId === userId ? ip : null,
    })),
  };
}
