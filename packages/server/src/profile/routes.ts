import { z } from 'zod';
import { id } from '../core/schemas.ts';
import { rest } from '../rpc/route.ts';
import {
  limitedSignedInProcedure,
  router,
  signedInProcedure,
  signedInProcedureWith,
} from '../rpc/trpc.ts';
import { deleteProfile } from './delete-profile.ts';
import { exportProfile } from './export-profile.ts';
import { findCallerWithProfile, getProfile, updateProfile } from './profile.ts';
import { confirmation, displayName, profile, profileExport, publicProfile } from './schemas.ts';

export const profileRouter = router({
  me: signedInProcedureWith(findCallerWithProfile)
    .meta(rest('GET /profile', { tag: 'profile', summary: 'My profile' }))
    .input(z.void())
    .output(profile)
    .query(({ ctx: { caller } }) => caller.profile),

  update: signedInProcedure
    .meta(rest('PATCH /profile', { tag: 'profile', summary: 'Change my profile' }))
    .input(z.object({ displayName: displayName.nullable().optional() }))
    .output(profile)
    .mutation(({ ctx: { deps, caller }, input }) => updateProfile(deps, caller.userId, input)),

  get: signedInProcedure
    .meta(
      rest('GET /users/{id}', {
        tag: 'profile',
        summary: 'The profile of a user',
        description: 'Whole for oneself and admins; its public part for the referrer.',
        errors: ['FORBIDDEN', 'NOT_FOUND'],
      }),
    )
    .input(z.object({ id }))
    .output(z.union([profile, publicProfile]))
    .query(({ ctx: { deps, caller }, input }) => getProfile(deps, caller, input.id)),

  export: limitedSignedInProcedure('profile.export')
    .meta(
      rest('GET /profile/export', {
        tag: 'profile',
        summary: 'Every fact stored about me',
        errors: ['RATE_LIMITED'],
      }),
    )
    .input(z.void())
    .output(profileExport)
    .query(({ ctx: { deps, caller } }) => exportProfile(deps, caller.userId)),

  delete: signedInProcedure
    .meta(
      rest('DELETE /profile', {
        tag: 'profile',
        summary: 'Delete me',
        description:
          'Ends all sessions and forgets the person, at once and for good. There stay: a nameless place in the referral tree of others, invite codes that nobody else gets, and the security log of ids and addresses.',
      }),
    )
    .input(z.object({ confirm: confirmation }))
    .output(z.object({ deleted: z.literal(true) }))
    .mutation(async ({ ctx: { deps, caller, client, cookie } }) => {
      await deleteProfile(deps, caller.userId, client.ip);
      await cookie.clear();
      return { deleted: true as const };
    }),
});
