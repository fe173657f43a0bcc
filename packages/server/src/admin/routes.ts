import { z } from 'zod';
import { listAudit } from '../audit/audit-log.ts';
import { page, pageInput, readCursor } from '../core/paging.ts';
import { id, inviteCode, inviteCodeInput } from '../core/schemas.ts';
import { rest } from '../rpc/route.ts';
import { adminProcedure, router } from '../rpc/trpc.ts';
import { dataRoutes } from './data-routes.ts';
import { findingRoutes } from './finding-routes.ts';
import { auditEntry, issuedInviteCode, stats } from './schemas.ts';
import { sessionRoutes } from './session-routes.ts';
import { readStats } from './stats.ts';
import { actorOf } from './status-and-role.ts';
import { listUserInviteCodes, revokeInviteCode } from './user-invite-codes.ts';
import { userRoutes } from './user-routes.ts';

export const adminRouter = router({
  ...userRoutes,
  ...sessionRoutes,

  userCodes: adminProcedure
    .meta(
      rest('GET /admin/users/{id}/codes', {
        tag: 'admin',
        summary: "List a user's invite codes",
        description: 'The newest 100, including deleted and expired ones.',
      }),
    )
    .input(z.object({ id }))
    .output(z.object({ items: z.array(issuedInviteCode) }))
    .query(async ({ ctx: { deps }, input }) => ({
      items: await listUserInviteCodes(deps, input.id),
    })),

  revokeCode: adminProcedure
    .meta(
      rest('DELETE /admin/codes/{code}', {
        tag: 'admin',
        summary: 'Revoke an invite code',
        description: 'Nobody can use or create this code again. Existing referrals stay.',
        errors: ['INVITE_CODE_NOT_FOUND'],
      }),
    )
    .input(z.object({ code: inviteCodeInput }))
    .output(z.object({ code: inviteCode, userId: id.describe('The owner of the code') }))
    .mutation(({ ctx, input }) => revokeInviteCode(ctx.deps, actorOf(ctx), input.code)),

  stats: adminProcedure
    .meta(
      rest('GET /admin/stats', {
        tag: 'admin',
        summary: 'Get service statistics',
        description: 'Totals, sign-ups and activations by day, and the top referrers.',
      }),
    )
    .input(z.object({ days: z.number().int().min(1).max(366).default(30) }))
    .output(stats)
    .query(({ ctx: { deps }, input }) => readStats(deps, input.days)),

  audit: adminProcedure
    .meta(
      rest('GET /admin/audit', {
        tag: 'admin',
        summary: 'List audit log entries',
        description:
          'Newest first. With `userId`, only what that user did and what was done to them.',
      }),
    )
    .input(z.object({ ...pageInput, userId: id.optional() }))
    .output(page(auditEntry))
    .query(({ ctx: { deps }, input }) =>
      listAudit(deps, { ...input, cursor: readCursor(input.cursor) }),
    ),

  ...findingRoutes,
  ...dataRoutes,
});
