import { z } from 'zod';

/** A blocked user cannot sign in. Nothing personal is stored about a deleted user. */
export const userStatus = z.enum(['active', 'blocked', 'deleted']);
export type UserStatus = z.infer<typeof userStatus>;

/** The statuses that an admin can set. Only `profile.delete` deletes a user. */
export const assignableStatus = userStatus.exclude(['deleted']);
export type AssignableStatus = z.infer<typeof assignableStatus>;

export const userRole = z.enum(['user', 'admin']);
export type UserRole = z.infer<typeof userRole>;
