import { z } from 'zod';
import { page, pageInput } from '../core/paging.ts';
import { id } from '../core/schemas.ts';
import { assignableStatus, userRole, userStatus } from '../identity/user-status.ts';
import { rest } from '../rpc/route.ts';
import { adminProcedure } from '../rpc/trpc.ts';
import { revoked, sessionList } from '../sessions/schemas.ts';
import { listSessions } from '../sessions/sessions.ts';
import { listAncestors } from './ancestors.ts';
import { revokeUserSessions } from './revoke-user-sessions.ts';
import { adminUser, ancestor, userSummary } from './schemas.ts';
import { actorOf, setRole, setStatus } from './status-and-role.ts';
import { unlockUser } from './unlock-user.ts';
import { listUsers, readUser } from './users.ts';

export const userRoutes = {
  listUsers: adminProcedure
    .meta(
      rest('GET /admin/users', {
        tag: 'admin',
        summary: 'List users',
        description:
          'Newest first. `query` matches an id, an email, an invite code, the start of a phone or the start of a name. Deleted users are listed only with `status=deleted`.',
      }),
    )
    .input(
      z.object({
        ...pageInput,
        query: z.string().trim().min(1).max(254).optional(),
        role: userRole.optional(),
        status: userStatus.optional(),
      }),
    )
    .output(page(userSummary))
    .query(({ ctx: { deps }, input }) => listUsers(deps, input)),

  getUser: adminProcedure
    .meta(
      rest('GET /admin/users/{id}', {
        tag: 'admin',
        summary: 'Get a user',
        errors: ['NOT_FOUND'],
      }),
    )
    .input(z.object({ id }))
    .output(adminUser)
    .query(({ ctx: { deps }, input }) => readUser(deps, input.id)),

  setStatus: adminProcedure
    .meta(
      rest('POST /admin/users/{id}/status', {
        tag: 'admin',
        summary: 'Block or unblock a user',
        description: 'Blocking ends all sessions of the user.',
        errors: ['NOT_FOUND', 'ACCOUNT_OWN', 'LAST_ADMIN'],
      }),
    )
    .input(z.object({ id, status: assignableStatus }))
    .output(adminUser)
    .mutation(async ({ ctx, input }) => {
      await setStatus(ctx.deps, actorOf(ctx), { userId: input.id, status: input.status });
      return readUser(ctx.deps, input.id);
    }),

  setRole: adminProcedure
    .meta(
      rest('POST /admin/users/{id}/role', {
        tag: 'admin',
        summary: 'Grant or revoke the admin role',
        description: 'Takes effect with the user’s next request.',
        errors: ['NOT_FOUND', 'LAST_ADMIN'],
      }),
    )
    .input(z.object({ id, role: userRole }))
    .output(adminUser)
    .mutation(async ({ ctx, input }) => {
      await setRole(ctx.deps, actorOf(ctx), { userId: input.id, role: input.role });
      return readUser(ctx.deps, input.id);
    }),

  unlockUser: adminProcedure
    .meta(
      rest('POST /admin/users/{id}/unlock', {
        tag: 'admin',
        summary: 'Unlock a user',
        description:
          'Resets the limits on wrong codes, sent codes and wrong passwords of a user who is locked out.',
        errors: ['NOT_FOUND'],
      }),
    )
    .input(z.object({ id }))
    .output(z.object({ unlocked: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      await unlockUser(ctx.deps, actorOf(ctx), input.id);
      return { unlocked: true as const };
    }),

  userSessions: adminProcedure
    .meta(
      rest('GET /admin/users/{id}/sessions', {
        tag: 'admin',
        summary: "List a user's sessions",
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
        summary: "End a user's sessions",
        description: 'Ends all of them, or only the one in `sessionId`.',
        errors: ['NOT_FOUND'],
      }),
    )
    .input(z.object({ id, sessionId: id.optional() }))
    .output(revoked)
    .mutation(async ({ ctx, input: { id: userId, sessionId } }) => ({
      revoked: await revokeUserSessions(ctx.deps, actorOf(ctx), { userId, sessionId }),
    })),

  ancestors: adminProcedure
    .meta(
      rest('GET /admin/users/{id}/ancestors', {
        tag: 'admin',
        summary: "List a user's ancestors",
        description: 'The user’s referrer, the referrer’s referrer and so on, up to the root.',
      }),
    )
    .input(z.object({ id, cursor: z.uuid().optional(), limit: pageInput.limit }))
    .output(page(ancestor))
    .query(({ ctx: { deps }, input: { id, cursor, limit } }) =>
      listAncestors(deps, cursor ?? id, limit),
    ),
};
