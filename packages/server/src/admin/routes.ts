import { z } from 'zod';
import { listAudit } from '../audit/audit-log.ts';
import { page, pageInput, readCursor } from '../core/paging.ts';
import { id, inviteCode, inviteCodeInput } from '../core/schemas.ts';
import { role } from '../profile/schemas.ts';
import { rest } from '../rpc/route.ts';
import { adminProcedure, router } from '../rpc/trpc.ts';
import { revoked, sessionList } from '../sessions/schemas.ts';
import { listSessions } from '../sessions/sessions.ts';
import { dataRoutes } from './data-routes.ts';
import { findingRoutes } from './finding-routes.ts';
import {
  account,
  adminUser,
  ancestor,
  auditEntry,
  issuedInviteCode,
  stats,
  status,
} from './schemas.ts';
import { readStats } from './stats.ts';
import { actorOf, setRole, setStatus } from './status-and-role.ts';
import { listUserCodes, readLine, revokeCode, revokeUserSessions } from './user-details.ts';
import { listUsers, readUser } from './users.ts';

export const adminRouter = router({
  listUsers: adminProcedure
    .meta(
      rest('GET /admin/users', {
        tag: 'admin',
        summary: 'Users, the newest first',
        description:
          'A query finds by phone or its beginning, email, id, invite code, or the beginning of a name. Deleted users show only under `status=deleted`.',
        errors: ['FORBIDDEN'],
      }),
    )
    .input(
      z.object({
        ...pageInput,
        query: z.string().trim().min(1).max(254).optional(),
        role: role.optional(),
        status: status.optional(),
      }),
    )
    .output(page(account))
    .query(({ ctx: { deps }, input }) => listUsers(deps, input)),

  getUser: adminProcedure
    .meta(
      rest('GET /admin/users/{id}', {
        tag: 'admin',
        summary: 'A user, with their status',
        errors: ['FORBIDDEN', 'NOT_FOUND'],
      }),
    )
    .input(z.object({ id }))
    .output(adminUser)
    .query(({ ctx: { deps }, input }) => readUser(deps, input.id)),

  setStatus: adminProcedure
    .meta(
      rest('POST /admin/users/{id}/status', {
        tag: 'admin',
        summary: 'Block a user, which ends all their sessions, or let them in again',
        errors: ['FORBIDDEN', 'NOT_FOUND', 'ACCOUNT_OWN', 'LAST_ADMIN'],
      }),
    )
    .input(z.object({ id, status: status.exclude(['deleted']) }))
    .output(adminUser)
    .mutation(async ({ ctx, input }) => {
      await setStatus(ctx.deps, actorOf(ctx), { userId: input.id, status: input.status });
      return readUser(ctx.deps, input.id);
    }),

  setRole: adminProcedure
    .meta(
      rest('POST /admin/users/{id}/role', {
        tag: 'admin',
        summary: 'Give or take the admin role, from the next request on',
        errors: ['FORBIDDEN', 'NOT_FOUND', 'LAST_ADMIN'],
      }),
    )
    .input(z.object({ id, role }))
    .output(adminUser)
    .mutation(async ({ ctx, input }) => {
      await setRole(ctx.deps, actorOf(ctx), { userId: input.id, role: input.role });
      return readUser(ctx.deps, input.id);
    }),

  userSessions: adminProcedure
    .meta(
      rest('GET /admin/users/{id}/sessions', {
        tag: 'admin',
        summary: 'Where a user is signed in',
        errors: ['FORBIDDEN'],
      }),
    )
    .input(z.object({ id }))
    .output(sessionList)
    .query(async ({ ctx: { deps, caller }, input }) => ({
      items: await listSessions(deps, { userId: input.id, sessionId: caller.sessionId }),
    })),

  revokeUserSessions: adminProcedure
    .meta(
      rest('DELETE /admin/users/{id}/sessions', {
        tag: 'admin',
        summary: "End all of a user's sessions, or one of them",
        errors: ['FORBIDDEN', 'NOT_FOUND'],
      }),
    )
    .input(z.object({ id, sessionId: id.optional() }))
    .output(revoked)
    .mutation(async ({ ctx, input: { id: userId, sessionId } }) => ({
      revoked: await revokeUserSessions(ctx.deps, actorOf(ctx), { userId, sessionId }),
    })),

  userCodes: adminProcedure
    .meta(
      rest('GET /admin/users/{id}/codes', {
        tag: 'admin',
        summary: 'The newest 100 invite codes that a user ever had',
        errors: ['FORBIDDEN'],
      }),
    )
    .input(z.object({ id }))
    .output(z.object({ items: z.array(issuedInviteCode) }))
    .query(async ({ ctx: { deps }, input }) => ({ items: await listUserCodes(deps, input.id) })),

  revokeCode: adminProcedure
    .meta(
      rest('DELETE /admin/codes/{code}', {
        tag: 'admin',
        summary: 'Take an invite code back for good',
        errors: ['FORBIDDEN', 'INVITE_CODE_NOT_FOUND'],
      }),
    )
    .input(z.object({ code: inviteCodeInput }))
    .output(z.object({ code: inviteCode, userId: id.describe('Its owner') }))
    .mutation(({ ctx, input }) => revokeCode(ctx.deps, actorOf(ctx), input.code)),

  ancestors: adminProcedure
    .meta(
      rest('GET /admin/users/{id}/ancestors', {
        tag: 'admin',
        summary: 'Who brought a user, who brought that one, and so on up',
        errors: ['FORBIDDEN'],
      }),
    )
    .input(z.object({ id, cursor: z.uuid().optional(), limit: pageInput.limit }))
    .output(page(ancestor))
    .query(({ ctx: { deps }, input: { id, cursor, limit } }) =>
      readLine(deps, cursor ?? id, limit),
    ),

  stats: adminProcedure
    .meta(
      rest('GET /admin/stats', {
        tag: 'admin',
        summary: 'Users, sign-ups and activations by day, top referrers',
        errors: ['FORBIDDEN'],
      }),
    )
    .input(z.object({ days: z.number().int().min(1).max(366).default(30) }))
    .output(stats)
    .query(({ ctx: { deps }, input }) => readStats(deps, input.days)),

  audit: adminProcedure
    .meta(
      rest('GET /admin/audit', {
        tag: 'admin',
        summary: 'What happened, the newest first',
        description: 'With `userId`, what that user did and what was done to them.',
        errors: ['FORBIDDEN'],
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
