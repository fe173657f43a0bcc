import { z } from 'zod';
import { rest } from '../rpc/route.ts';
import { adminProcedure } from '../rpc/trpc.ts';
import { revoked } from '../sessions/schemas.ts';
import { endAllSessions } from './end-all-sessions.ts';
import { actorOf } from './status-and-role.ts';

export const sessionRoutes = {
  endAllSessions: adminProcedure
    .meta(
      rest('POST /admin/sessions/end-all', {
        tag: 'admin',
        summary: 'End every session of every user',
        description: 'Everyone signs in again, you included. Use it after a leak.',
      }),
    )
    .input(z.void())
    .output(revoked)
    .mutation(async ({ ctx }) => ({ revoked: await endAllSessions(ctx.deps, actorOf(ctx)) })),
};
