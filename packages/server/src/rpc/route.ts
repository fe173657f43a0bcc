import type { Reason } from '../core/errors.ts';
import type { Meta } from './trpc.ts';

interface Operation {
  tag: 'auth' | 'profile' | 'referral' | 'admin';
  summary: string;
  description?: string;
  /** Anyone may call it. */
  open?: true;
  errors?: readonly Reason[];
  status?: 201;
}

/** A procedure's protocol over REST and in the OpenAPI document: `rest('GET /profile', {...})`. */
export function rest(
  route: `${'GET' | 'POST' | 'PATCH' | 'DELETE'} /${string}`,
  { tag, summary, description, open, errors = [], status }: Operation,
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
    errors,
    ...(status && { status }),
  };
}
