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

/** Everything out, and in from elsewhere: page by page and batch by batch, of any number. */
export const dataRoutes = {
  exportUsers: adminProcedure
    .meta(
      rest('GET /admin/export/users', {
        tag: 'admin',
        summary: 'Every user, the oldest first',
        errors: ['FORBIDDEN'],
      }),
    )
    .input(exportInput)
    .output(page(exportedUser))
    .query(({ ctx, input }) => exportUsers(ctx.deps, actorOf(ctx), input)),

  exportReferrals: adminProcedure
    .meta(
      rest('GET /admin/export/referrals', {
        tag: 'admin',
        summary: 'Every activation',
        errors: ['FORBIDDEN'],
      }),
    )
    .input(exportInput)
    .output(page(exportedReferral))
    .query(({ ctx, input }) => exportReferrals(ctx.deps, actorOf(ctx), input)),

  importUsers: adminProcedure
    .meta(
      rest('POST /admin/import/users', {
        tag: 'admin',
        summary: 'Take users over from another system',
        description:
          'Known by phone: one that has an account is left as it is, so a batch may come again. Good lines are taken, bad ones are told.',
        errors: ['FORBIDDEN'],
      }),
    )
    .input(userBatch)
    .output(imported)
    .mutation(({ ctx, input }) => importUsers(ctx.deps, actorOf(ctx), input)),

  importReferrals: adminProcedure
    .meta(
      rest('POST /admin/import/referrals', {
        tag: 'admin',
        summary: 'Take over who brought whom, by phones',
        description:
          'Through the rules of every activation: one referrer for life, no circles. A batch may come again.',
        errors: ['FORBIDDEN'],
      }),
    )
    .input(referralBatch)
    .output(imported)
    .mutation(({ ctx, input }) => importReferrals(ctx.deps, actorOf(ctx), input)),
};
