import { z } from 'zod';
import { requireVerifiedPhone } from '../auth/verified-phone.ts';
import { DomainError } from '../errors.ts';
import { page, pageInput, readCursor } from '../paging.ts';
import { rest } from '../rest-meta.ts';
import { id, inviteCodeInput } from '../schemas.ts';
import { limitedProcedure, router, signedInProcedure } from '../trpc.ts';
import { activate } from './activate.ts';
import { checkCode, findOwnCode } from './invite-codes.ts';
import { listReferrals } from './referrals.ts';
import { activation, checkedCode, inviteCodeOfUser, referral } from './schemas.ts';

export const referralRoutes = {
  activate: signedInProcedure
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
    .query(({ ctx: { deps, caller } }) => findOwnCode(deps, caller.userId)),

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
    .output(checkedCode)
    .query(({ ctx: { deps }, input }) => checkCode(deps, input.code)),

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
      if (caller.userId !== userId && caller.role !== 'admin') throw new DomainError('FORBIDDEN');
      return listReferrals(deps, userId, { cursor: readCursor(cursor), limit });
    }),
};

export const referralRouter = router(referralRoutes);
