import { initTRPC, TRPCError } from '@trpc/server';
import type { OpenApiMeta } from 'trpc-openapi';
import { DomainError, type Reason } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { countActivation } from '../observability/activations.ts';
import { identifyCaller } from '../sessions/caller.ts';
import { type FoundCaller, findCaller } from '../sessions/sessions.ts';
import type { Context } from './context.ts';
import { describeFailure, failureReason, TRPC_CODES } from './failure.ts';
import { type AccountLimit, type AddressLimit, limitAccount, limitAddress } from './rate-limits.ts';

/** What each procedure says of itself beside its schemas. */
export interface Meta extends OpenApiMeta {
  /** The reasons it may fail with, beyond those that any may. */
  errors?: readonly Reason[];
  /** The HTTP status of its success over REST, if not 200. */
  status?: 201;
}

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    // A stack is for the log.
    isDev: false,
    errorFormatter({ shape, error, input, ctx }) {
      const request = { locale: ctx?.locale ?? 'en', requestId: ctx?.requestId ?? '', input };
      const { message, code, data } = describeFailure(error, request);
      const { path } = shape.data;
      return { ...shape, message, data: { ...data, code, ...(path !== undefined && { path }) } };
    },
  });

export const { router, createCallerFactory } = t;

/** The one place where a rule's error becomes tRPC's. */
const withReasons = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  if (!(cause instanceof DomainError)) return result;
  throw new TRPCError({ code: TRPC_CODES[cause.reason], cause });
});

/** Outermost: what it measures is what the caller waited for and got. */
const measured = t.middleware(async ({ ctx: { deps, protocol }, path: procedure, next }) => {
  const began = performance.now();
  const call = async (note?: (attributes: Record<string, string>) => void) => {
    const result = await next();
    const reason = result.ok ? 'OK' : failureReason(result.error);
    note?.({ reason });
    deps.metrics.observe({
      procedure,
      protocol,
      reason,
      seconds: (performance.now() - began) / 1000,
    });
    if (result.ok) countActivation(deps.metrics, procedure, result.data);
    return result;
  };
  return deps.tracing ? deps.tracing.span(procedure, {}, call) : call();
});

/** For anyone. */
const publicProcedure = t.procedure.use(measured).use(withReasons);

/** For anyone, so many times from one address. */
export const limitedProcedure = (name: AddressLimit) =>
  publicProcedure.use(async ({ ctx, next }) => {
    await limitAddress(ctx.deps, name, ctx.client.ip, ctx.reportLimit);
    return next();
  });

/** For a signed-in user, as `ctx.caller`, read by `find` with all that the procedure needs of them. */
export const signedInProcedureWith = <Found extends FoundCaller>(
  find: (deps: Deps, sessionId: string) => Promise<Found>,
) =>
  publicProcedure.use(async ({ ctx, type, next }) => {
    const caller = await identifyCaller(ctx, { change: type !== 'query', find });
    return next({ ctx: { caller } });
  });

/** For a signed-in user, as `ctx.caller`. */
export const signedInProcedure = signedInProcedureWith(findCaller);

/** For admins. The role is read with the caller, at each request: taking it away holds at once. */
export const adminProcedure = signedInProcedure.use(({ ctx, next }) => {
  if (ctx.caller.role !== 'admin') throw new DomainError('FORBIDDEN');
  return next({ ctx });
});

/** For a signed-in user, so many times from one account. */
export const limitedSignedInProcedure = (name: AccountLimit) =>
  signedInProcedure.use(async ({ ctx, next }) => {
    await limitAccount(ctx.deps, name, ctx.caller.userId, ctx.reportLimit);
    return next();
  });
