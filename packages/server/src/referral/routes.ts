import { z } from 'zod';
import { email } from '../core/email.ts';
import { DomainError } from '../core/errors.ts';
import { page, pageInput, readCursor } from '../core/paging.ts';
import { id, inviteCodeInput } from '../core/schemas.ts';
import { fromReplica } from '../database/replica.ts';
import { requireVerifiedPhone } from '../identity/verified-phone.ts';
import { rest } from '../rpc/route.ts';
import {
  limitedProcedure,
  limitedSignedInProcedure,
  router,
  signedInProcedure,
} from '../rpc/trpc.ts';
import type { Caller } from '../sessions/sessions.ts';
import { activate } from './activate.ts';
import { checkCode } from './check-invite-code.ts';
import {
  createInviteCode,
  deleteInviteCode,
  findCodeByEmail,
  findOwnCode,
  type InviteCode,
} from './invite-codes.ts';
import { listReferrals } from './referrals.ts';
import {
  activation,
  checkedInviteCode,
  expiry,
  foundInviteCode,
  inviteCodeOfUser,
  referral,
  stats,
  tree,
  wording,
} from './schemas.ts';
import { readStats } from './stats.ts';
import { readTree } from './tree.ts';

export const referralRouter = router({
  activate: limitedSignedInProcedure('referral.activate')
    .meta(
      rest('POST /referral/activate', {
        tag: 'referral',
        summary: "Activate someone's invite code, once in a lifetime",
        errors: [
          'INVITE_CODE_NOT_FOUND',
          'INVITE_CODE_OWN',
          'INVITE_CODE_EXPIRED',
          'ALREADY_ACTIVATED',
          'REFERRAL_CYCLE',
          'REFERRER_BLOCKED',
          'PHONE_VERIFICATION_REQUIRED',
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
        return activate(deps, tx, { ...input, userId: caller.userId, ip: client.ip });
      }),
    ),

  myCode: signedInProcedure
    .meta(rest('GET /referral/code', { tag: 'referral', summary: 'My invite code' }))
    .input(z.void())
    .output(inviteCodeOfUser.nullable())
    .query(async ({ ctx: { deps, caller, origin } }) => {
      const code = await findOwnCode(deps, caller.userId);
      return code && withLink(code, origin);
    }),

  createCode: signedInProcedure
    .meta(
      rest('POST /referral/code', {
        tag: 'referral',
        summary: 'Make an invite code',
        description:
          'One at a time: an active code has to be deleted first. An expired one gives way by itself.',
        errors: ['ACTIVE_INVITE_CODE_EXISTS', 'INVITE_CODE_TAKEN', 'PHONE_VERIFICATION_REQUIRED'],
        status: 201,
      }),
    )
    .input(z.object({ expiresAt: expiry, code: wording.optional() }))
    .output(inviteCodeOfUser)
    .mutation(async ({ ctx: { deps, caller, origin }, input }) =>
      withLink(await createInviteCode(deps, caller.userId, input), origin),
    ),

  deleteCode: signedInProcedure
    .meta(
      rest('DELETE /referral/code', {
        tag: 'referral',
        summary: 'Delete my invite code',
        description: 'It never becomes valid again, nor anyone else’s. Those it brought stay.',
        errors: ['INVITE_CODE_NOT_FOUND'],
      }),
    )
    .input(z.void())
    .output(z.object({ deleted: z.literal(true) }))
    .mutation(async ({ ctx: { deps, caller } }) => {
      await deleteInviteCode(deps, caller.userId);
      return { deleted: true as const };
    }),

  checkCode: limitedProcedure('referral.checkCode')
    .meta(
      rest('GET /referral/codes/{code}', {
        tag: 'referral',
        summary: 'Whether an invite code can be activated',
        open: true,
        errors: ['RATE_LIMITED'],
      }),
    )
    .input(z.object({ code: inviteCodeInput }))
    .output(checkedInviteCode)
    .query(({ ctx: { deps }, input }) => checkCode(deps, input.code)),

  findByEmail: limitedSignedInProcedure('referral.findByEmail')
    .meta(
      rest('POST /referral/find', {
        tag: 'referral',
        summary: 'The active invite code of the user with this email',
        description: 'An unknown email and a user without an active code are answered alike.',
        errors: ['INVITE_CODE_NOT_FOUND', 'RATE_LIMITED'],
      }),
    )
    .input(z.object({ email: email }))
    .output(foundInviteCode)
    .mutation(({ ctx: { deps }, input }) => findCodeByEmail(deps, input.email)),

  list: signedInProcedure
    .meta(
      rest('GET /users/{userId}/referrals', {
        tag: 'referral',
        summary: 'Whom a user brought, the newest first',
        errors: ['FORBIDDEN'],
      }),
    )
    .input(z.object({ userId: id, ...pageInput }))
    .output(page(referral))
    .query(({ ctx: { deps, caller }, input: { userId, cursor, limit } }) => {
      allowSelfAndAdmin(caller, userId);
      return listReferrals(fromReplica(deps), userId, { cursor: readCursor(cursor), limit });
    }),

  stats: signedInProcedure
    .meta(
      rest('GET /referral/stats', {
        tag: 'referral',
        summary: 'What came of my invitations, by level and by day',
      }),
    )
    .input(
      z
        .object({
          days: z.number().int().min(1).max(366).default(30).describe('Up to today, in UTC'),
        })
        .default({ days: 30 }),
    )
    .output(stats)
    .query(({ ctx: { deps, caller }, input }) =>
      readStats(fromReplica(deps), caller.userId, input.days),
    ),

  tree: signedInProcedure
    .meta(
      rest('GET /users/{userId}/tree', {
        tag: 'referral',
        summary: 'Whom a user brought, whom those brought, and so on',
        description:
          'At most 1,000 users, those nearest to the top: a node that counts more than its children has more of them.',
        errors: ['FORBIDDEN', 'NOT_FOUND'],
      }),
    )
    .input(
      z.object({
        userId: id,
        depth: z.number().int().min(1).max(10).default(3).describe('Levels below the user'),
        limit: z.number().int().min(1).max(100).default(20).describe('Children a node'),
      }),
    )
    .output(tree)
    .query(({ ctx: { deps, caller }, input: { userId, ...bounds } }) => {
      allowSelfAndAdmin(caller, userId);
      return readTree(fromReplica(deps), userId, bounds);
    }),
});

/** @throws DomainError FORBIDDEN */
function allowSelfAndAdmin(caller: Caller, userId: string): void {
  if (caller.userId !== userId && caller.role !== 'admin') throw new DomainError('FORBIDDEN');
}

function withLink(code: InviteCode, origin: string) {
  return { ...code, link: `${origin}/i/${code.code}` };
}
