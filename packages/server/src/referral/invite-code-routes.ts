import { z } from 'zod';
import { email } from '../core/email.ts';
import { inviteCodeInput } from '../core/schemas.ts';
import { limitAccount } from '../rpc/rate-limits.ts';
import { rest } from '../rpc/route.ts';
import { limitedProcedure, limitedSignedInProcedure, signedInProcedure } from '../rpc/trpc.ts';
import { checkInviteCode } from './check-invite-code.ts';
import { createInviteCode } from './create-invite-code.ts';
import {
  deleteInviteCode,
  findInviteCodeByEmail,
  findOwnInviteCode,
  type InviteCode,
} from './invite-codes.ts';
import {
  checkedInviteCode,
  customCode,
  expiry,
  foundInviteCode,
  ownInviteCode,
} from './schemas.ts';

export const inviteCodeRoutes = {
  myCode: signedInProcedure
    .meta(rest('GET /referral/code', { tag: 'referral', summary: 'Get your invite code' }))
    .input(z.void())
    .output(ownInviteCode.nullable())
    .query(async ({ ctx: { deps, caller, origin } }) => {
      const code = await findOwnInviteCode(deps, caller.userId);
      return code && withLink(code, origin);
    }),

  createCode: limitedSignedInProcedure('referral.createCode')
    .meta(
      rest('POST /referral/code', {
        tag: 'referral',
        summary: 'Create your invite code',
        description:
          'You have one active code at a time: delete it before you create another. An expired code is replaced.',
        errors: [
          'ACTIVE_INVITE_CODE_EXISTS',
          'INVITE_CODE_TAKEN',
          'INVITE_CODE_LIMIT',
          'PHONE_VERIFICATION_REQUIRED',
          'RATE_LIMITED',
        ],
        status: 201,
      }),
    )
    .input(
      z.object({ expiresAt: expiry, code: customCode.optional() }).default({ expiresAt: null }),
    )
    .output(ownInviteCode)
    .mutation(async ({ ctx: { deps, caller, origin, reportLimit }, input }) => {
      if (input.code !== undefined)
        for (const limit of ['referral.customCode', 'referral.customCode.day'] as const)
          await limitAccount(deps, limit, caller.userId, reportLimit);
      return withLink(await createInviteCode(deps, caller.userId, input), origin);
    }),

  deleteCode: signedInProcedure
    .meta(
      rest('DELETE /referral/code', {
        tag: 'referral',
        summary: 'Delete your invite code',
        description: 'Nobody can use or create this code again. Your referrals stay.',
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
        summary: 'Check an invite code',
        open: true,
        errors: ['RATE_LIMITED'],
      }),
    )
    .input(z.object({ code: inviteCodeInput }))
    .output(checkedInviteCode)
    .query(({ ctx: { deps }, input }) => checkInviteCode(deps, input.code)),

  findByEmail: limitedSignedInProcedure('referral.findByEmail')
    .meta(
      rest('POST /referral/find', {
        tag: 'referral',
        summary: 'Find an invite code by email',
        description:
          'Returns the active invite code of the user with this email. An unknown email and a user without an active code return the same error.',
        errors: ['INVITE_CODE_NOT_FOUND', 'RATE_LIMITED'],
      }),
    )
    .input(z.object({ email }))
    .output(foundInviteCode)
    .mutation(({ ctx: { deps }, input }) => findInviteCodeByEmail(deps, input.email)),
};

function withLink(inviteCode: InviteCode, origin: string) {
  return { ...inviteCode, link: `${origin}/i/${inviteCode.code}` };
}
