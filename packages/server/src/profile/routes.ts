import { z } from 'zod';
import { id } from '../core/schemas.ts';
import { rest } from '../rpc/route.ts';
import {
  limitedSignedInProcedure,
  router,
  signedInProcedure,
  signedInProcedureWith,
} from '../rpc/trpc.ts';
import { findCallerWithProfile } from './caller-with-profile.ts';
import { deleteProfile } from './delete-profile.ts';
import { exportProfile } from './export-profile.ts';
import { profileExport } from './export-schema.ts';
import { getProfile } from './get-profile.ts';
import { confirmation, displayName, profile, publicProfile } from './schemas.ts';
import { updateProfile } from './update-profile.ts';

export const profileRouter = router({
  me: signedInProcedureWith(findCallerWithProfile)
    .meta(rest('GET /profile', { tag: 'profile', summary: 'Get your profile' }))
    .input(z.void())
    .output(profile)
    .query(({ ctx: { caller } }) => caller.profile),

  update: signedInProcedure
    .meta(rest('PATCH /profile', { tag: 'profile', summary: 'Update your profile' }))
    .input(z.object({ displayName: displayName.nullable().optional() }))
    .output(profile)
    .mutation(({ ctx: { deps, caller }, input }) => updateProfile(deps, caller.userId, input)),

  get: signedInProcedure
    .meta(
      rest('GET /users/{id}', {
        tag: 'profile',
        summary: 'Get a user',
        description:
          'Returns the full profile to the user and to admins, and the public part to the referrer.',
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
        summary: 'Export your data',
        description:
          'Returns everything that is stored about you, except password and token hashes.',
        errors: ['RATE_LIMITED'],
      }),
    )
    .input(z.void())
    .output(profileExport)
    .query(({ ctx: { deps, caller, client } }) =>
      exportProfile(deps, { userId: caller.userId, ip: client.ip }),
    ),

  delete: signedInProcedure
    .meta(
      rest('DELETE /profile', {
        tag: 'profile',
        summary: 'Delete your account',
        description:
          'Ends all your sessions and deletes your personal data, immediately and permanently. Requires a sign-in or reauthentication of the last 10 minutes. These remain: an anonymous place in the referral tree, your invite codes, which nobody else can get, and the security log of ids and addresses.',
        errors: ['REAUTHENTICATION_REQUIRED', 'LAST_ADMIN'],
      }),
    )
    .input(z.object({ confirm: confirmation }))
    .output(z.object({ deleted: z.literal(true) }))
    .mutation(async ({ ctx: { deps, caller, client, cookie, locale } }) => {
      await deleteProfile(deps, { caller, ip: client.ip, locale });
      await cookie.clear();
      return { deleted: true as const };
    }),
});
