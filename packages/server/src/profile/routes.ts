import { z } from 'zod';
import { rest } from '../rest-meta.ts';
import { id } from '../schemas.ts';
import { router, signedInProcedure } from '../trpc.ts';
import { getProfile, readProfile, updateProfile } from './profile.ts';
import { displayName, profile, publicProfile } from './schemas.ts';

export const profileRoutes = {
  me: signedInProcedure
    .meta(rest('GET /profile', { tag: 'profile', summary: 'My profile' }))
    .input(z.void())
    .output(profile)
    .query(({ ctx: { deps, caller } }) => readProfile(deps, caller.userId)),

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
};

export const profileRouter = router(profileRoutes);
