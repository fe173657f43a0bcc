import type { Reason } from '../core/errors.ts';
import type { Meta } from './trpc.ts';

interface Route {
  tag: 'auth' | 'profile' | 'referral' | 'admin';
  summary: string;
  description?: string;
  /** True if callers need not be signed in. */
  open?: true;
  /** Reasons specific to this procedure. `FORBIDDEN` is implied by the tag `admin`. */
  errors?: readonly Reason[];
  /** HTTP status of a success, if not 200. */
  status?: 201;
}

/**
 * Metadata that serves a procedure over REST and documents it in the OpenAPI document.
 * @example
 * signedInProcedure.meta(rest('GET /profile', { tag: 'profile', summary: 'Get your profile' }))
 */
export function rest(
  route: `${'GET' | 'POST' | 'PATCH' | 'DELETE'} /${string}`,
  { tag, summary, description, open, errors = [], status }: Route,
): Meta & { openapi: NonNullable<Meta['openapi']> } {
  const [method, path] = route.split(' ') as ['GET', `/${string}`];
  return {
    openapi: {
      method,
      path,
      tags: [tag],
      summary,
      protect: !open,
      ...(description && { description }),
    },
    errors: tag === 'admin' ? ['FORBIDDEN', ...errors] : errors,
    ...(status && { status }),
  };
}
