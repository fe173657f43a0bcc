import { initTRPC, TRPCError } from '@trpc/server';
import type { OpenApiMeta } from 'trpc-openapi';
import { DomainError, type Reason } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { countActivation } from '../observability/activations.ts';
import { identifyCaller } from '../sessions/caller.ts';
import { type FoundCaller, findCaller } from '../sessions/sessions.ts';
import type { Context } from './context.ts';
import { describeFailure, failureReason, TRPC_CODES } from './failure.ts';
import { type AccountLimit, type AddressLimit, limitAccount, limitAddress } from './rate-limits.ts';

/** What a procedure declares in addition to its schemas. */
export interface Meta extends OpenApiMeta {
  /** Reasons it may fail with, in addition to those that every procedure shares. */
  errors?: readonly Reason[];
  /** HTTP status of a success over REST, if not 200. */
  status?: 201;
}

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    // Keeps stack traces out of responses. They are logged instead.
    isDev: false,
    errorFormatter({ shape, error, input, ctx }) {
      const request = { locale: ctx?.locale ?? 'en', requestId: ctx?.requestId ?? '', input };
      const { message, code, data } = describeFailure(error, request);
      const { path } = shape.data;
      return { ...shape, message, data: { ...data, code, ...(path !== undefined && { path }) } };
    },
  });

export const { router, createCallerFactory } = t;

/** Converts the errors of rules to tRPC's. No other place does. */
const convertDomainErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  if (!(cause instanceof DomainError)) return result;
  throw new TRPCError({ code: TRPC_CODES[cause.reason], cause });
});

/** The outermost middleware, so that it measures what the caller gets and how long that takes. */
const recordCall = t.middleware(async ({ ctx: { deps, protocol }, path: procedure, next }) => {
  const startedAt = performance.now();
  const run = async (setAttributes?: (attributes: Record<string, string>) => void) => {
    const result = await next();
    const reason = result.ok ? 'OK' : failureReason(result.error);
    setAttributes?.({ reason });
    deps.metrics.recordCall({
      procedure,
      protocol,
      reason,
      seconds: (performance.now() - startedAt) / SECOND,
    });
    if (result.ok) countActivation(deps.metrics, procedure, result.data);
    return result;
  };
  return deps.tracing ? deps.tracing.span(procedure, {}, run) : run();
});

/** Open to everyone. */
const publicProcedure = t.procedure.use(recordCall).use(convertDomainErrors);

/** Open to everyone, with a limit per IP address. */
export const limitedProcedure = (name: AddressLimit) =>
  publicProcedure.use(async ({ ctx, next }) => {
    await limitAddress(ctx.deps, name, ctx.client.ip, ctx.reportLimit);
    return next();
  });

/**
 * Requires a signed-in user and provides them as `ctx.caller`.
 * @param find loads the caller, together with whatever else the procedure needs about them
 */
export const signedInProcedureWith = <Found extends FoundCaller>(
  find: (deps: Deps, sessionId: string) => Promise<Found>,
) =>
  publicProcedure.use(async ({ ctx, type, next }) => {
    const caller = await identifyCaller(ctx, { isChange: type !== 'query', find });
    return next({ ctx: { caller } });
  });

/** Requires a signed-in user and provides them as `ctx.caller`. */
export const signedInProcedure = signedInProcedureWith(findCaller);

/** Requires an admin. The role is read on each request, so revoking it takes effect immediately. */
export const adminProcedure = signedInProcedure.use(({ ctx, next }) => {
  if (ctx.caller.role !== 'admin') throw new DomainError('FORBIDDEN');
  return next({ ctx });
});

/** Requires a signed-in user, with a limit per account. */
export const limitedSignedInProcedure = (name: AccountLimit) =>
  signedInProcedure.use(async ({ ctx, next }) => {
    await limitAccount(ctx.deps, name, ctx.caller.userId, ctx.reportLimit);
    return next();
  });
