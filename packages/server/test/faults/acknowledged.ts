import { expect } from 'vitest';
import type { FaultFixture } from './fixture.ts';

/** What a successful response promised. Each must be stored exactly once, whatever was killed. */
export interface Acknowledged {
  signIns: { phone: string; userId: string; sessionId: string }[];
  activations: { userId: string; referrerId: string; inviteCode: string }[];
  revocations: { sessionId: string }[];
  deletions: { userId: string }[];
}

export async function checkStored(
  { signIns, activations, revocations, deletions }: Acknowledged,
  query: FaultFixture['query'],
): Promise<void> {
  const users = await query<{ id: string; phone: string | null; status: string; codes: number }>(
    `select id, phone, status,
      (select count(*)::int from invite_codes where user_id = users.id) as codes from users`,
  );
  const byId = new Map(users.map((user) => [user.id, user]));
  // An account may be deleted although the response to its deletion was lost.
  for (const { phone, userId } of signIns)
    if (byId.get(userId)?.status === 'active')
      expect(byId.get(userId)).toMatchObject({ phone, codes: 1 });
    else expect(byId.get(userId)).toMatchObject({ phone: null, status: 'deleted' });
  const phones = users.flatMap(({ phone }) => phone ?? []);
  expect(new Set(phones).size).toBe(phones.length);
  for (const { userId } of deletions) expect(byId.get(userId)?.status).toBe('deleted');

  const sessions = await query<{ id: string; revoked: boolean }>(
    'select id, revoked_at is not null as revoked from sessions',
  );
  const isRevoked = new Map(sessions.map(({ id, revoked }) => [id, revoked]));
  const active = signIns.filter(({ userId }) => byId.get(userId)?.status === 'active');
  expect(active.filter(({ sessionId }) => !isRevoked.has(sessionId))).toEqual([]);
  expect(revocations.filter(({ sessionId }) => !isRevoked.get(sessionId))).toEqual([]);

  const referrals = await query<{ refereeId: string; referrerId: string; code: string }>(
    `select referee_id as "refereeId", referrer_id as "referrerId", invite_code as code
     from referrals`,
  );
  const byReferee = new Map(referrals.map((referral) => [referral.refereeId, referral]));
  for (const { userId, referrerId, inviteCode } of activations)
    expect(byReferee.get(userId)).toMatchObject({ referrerId, code: inviteCode });
  // No activation is half done: the stored counts equal the rows.
  expect(
    await query(`select u.id from users u where referral_count <>
      (select count(*) from referrals where referrer_id = u.id)`),
  ).toEqual([]);
}
