import { page } from '../core/paging.ts';
import { rest } from '../rpc/route.ts';
import { adminProcedure } from '../rpc/trpc.ts';
import { exportReferrals, exportUsers } from './export.ts';
import { importReferrals } from './import-referrals.ts';
import { importUsers } from './import-users.ts';
import {
  exportedReferral,
  exportedUser,
  exportInput,
  imported,
  referralBatch,
  userBatch,
} from './schemas.ts';
import { actorOf } from './status-and-role.ts';

/** Export in pages and import in batches, for any number of users and referrals. */
export const dataRoutes = {
  exportUsers: adminProcedure
    .meta(
      rest('GET /admin/export/users', {
        tag: 'admin',
        summary: 'Export users',
        description:
          'Oldest first, without deleted users. Users who join during an export come last.',
      }),
    )
    .input(exportInput)
    .output(page(exportedUser))
    .query(({ ctx, input }) => exportUsers(ctx.deps, actorOf(ctx), input)),

  exportReferrals: adminProcedure
    .meta(
      rest('GET /admin/export/referrals', {
        tag: 'admin',
        summary: 'Export referrals',
        description: 'Ordered by the referee’s id. Phones of deleted users are null.',
      }),
    )
    .input(exportInput)
    .output(page(exportedReferral))
    .query(({ ctx, input }) => exportReferrals(ctx.deps, actorOf(ctx), input)),

  importUsers: adminProcedure
    .meta(
      rest('POST /admin/import/users', {
        tag: 'admin',
        summary: 'Import users',
        description:
          'Users are matched by phone. Existing accounts are left unchanged, so you can send a batch again. Valid lines are imported; invalid ones are returned in `problems`.',
      }),
    )
    .input(userBatch)
    .output(imported)
    .mutation(({ ctx, input }) => importUsers(ctx.deps, actorOf(ctx), input)),

  importReferrals: adminProcedure
    .meta(
      rest('POST /admin/import/referrals', {
        tag: 'admin',
        summary: 'Import referrals by phone',
        description:
          'The rules of activations apply: a user has one referrer, ever, and cycles are refused. You can send a batch again.',
      }),
    )
    .input(referralBatch)
    .output(imported)
    .mutation(({ ctx, input }) => importReferrals(ctx.deps, actorOf(ctx), input)),
};
