import { z } from 'zod';
import { DomainError } from '../core/errors.ts';
import { page, pageInput, readCursor } from '../core/paging.ts';
import { id, inviteCodeInput } from '../core/schemas.ts';
import { fromReplica } from '../database/replica.ts';
import { requireProvedIdentity } from '../identity/verified-email.ts';
import { requireVerifiedPhone } from '../identity/verified-phone.ts';
import { rest } from '../rpc/route.ts';
import { limitedSignedInProcedure, router, signedInProcedure } from '../rpc/trpc.ts';
import type { Caller } from '../sessions/sessions.ts';
import { activate } from './activate.ts';
import { inviteCodeRoutes } from './invite-code-routes.ts';
import { listReferrals } from './referrals.ts';
import { activation, referral, stats, tree } from './schemas.ts';
import { readReferralStats } from './stats.ts';
import { readTree } from './tree.ts';

export const referralRouter = router({
  activate: limitedSignedInProcedure('referral.activate')
    .meta(
      rest('POST /referral/activate', {
        tag: 'referral',
        summary: "Activate another user's invite code",
        description: 'You can activate one invite code, ever.',
        errors: [
          'INVITE_CODE_NOT_FOUND',
          'INVITE_CODE_OWN',
          'INVITE_CODE_EXPIRED',
          'ALREADY_ACTIVATED',
          'REFERRAL_CYCLE',
          'REFERRER_BLOCKED',
          'PHONE_VERIFICATION_REQUIRED',
          'EMAIL_VERIFICATION_REQUIRED',
          'ACTIVATION_REFUSED',
          'RATE_LIMITED',
        ],
      }),
    )
    .input(z.object({ inviteCode: inviteCodeInput }))
    .output(activation)
    .mutation(({ ctx: { deps, caller, client }, input }) =>
      deps.database.transaction(async (tx) => {
        await requireVerifiedPhone(deps, tx, caller.userId);
        await requireProvedIdentity(deps, tx, caller.userId);
        return activate(deps, tx, { ...input, userId: caller.userId, client });
      }),
    ),

  ...inviteCodeRoutes,

  list: signedInProcedure
    .meta(
      rest('GET /users/{userId}/referrals', {
        tag: 'referral',
        summary: "List a user's referrals",
        description: 'Newest first.',
        errors: ['FORBIDDEN'],
      }),
    )
    .input(z.object({ userId: id, ...pageInput }))
    .output(page(referral))
    .query(({ ctx: { deps, caller }, input: { userId, cursor, limit } }) => {
      requireSelfOrAdmin(caller, userId);
      return listReferrals(fromReplica(deps), userId, { cursor: readCursor(cursor), limit });
    }),

  stats: limitedSignedInProcedure('referral.stats')
    .meta(
      rest('GET /referral/stats', {
        tag: 'referral',
        summary: 'Get your referral counts by level and by day',
        errors: ['RATE_LIMITED'],
      }),
    )
    .input(
      z
        .object({
          days: z
            .number()
            .int()
            .min(1)
            .max(366)
            .default(30)
            .describe('The number of days to report, ending today (UTC)'),
        })
        .default({ days: 30 }),
    )
    .output(stats)
    .query(({ ctx: { deps, caller }, input }) =>
      readReferralStats(fromReplica(deps), caller.userId, input.days),
    ),

  tree: limitedSignedInProcedure('referral.tree')
    .meta(
      rest('GET /users/{userId}/tree', {
        tag: 'referral',
        summary: "Get a user's referral tree",
        description:
          'Returns at most 1,000 users in at most 256 KiB, those closest to the root first. If a `referralCount` is larger than the number of `children`, some were left out.',
        errors: ['FORBIDDEN', 'NOT_FOUND', 'RATE_LIMITED'],
      }),
    )
    .input(
      z.object({
        userId: id,
        depth: z.number().int().min(1).max(10).default(3).describe('Levels below the user'),
        limit: z.number().int().min(1).max(100).default(20).describe('Children per node'),
      }),
    )
    .output(tree)
    .query(({ ctx: { deps, caller }, input: { userId, ...bounds } }) => {
      requireSelfOrAdmin(caller, userId);
      return readTree(fromReplica(deps), userId, bounds);
    }),
});

/** @throws DomainError FORBIDDEN */
function requireSelfOrAdmin(caller: Caller, userId: string): void {
  if (caller.userId !== userId && caller.role !== 'admin') throw new DomainError('FORBIDDEN');
}
