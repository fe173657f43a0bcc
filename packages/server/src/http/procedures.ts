import { type AnyTRPCProcedure, getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import type { z } from 'zod';
import type { Context } from '../rpc/context.ts';
import type { Meta } from '../rpc/trpc.ts';
import { appRouter } from './router.ts';

/** A procedure of the router, independent of the protocol that serves it. */
export interface Procedure {
  /** The path in the router, such as `auth.verifyCode`. */
  name: string;
  type: 'query' | 'mutation';
  meta: Meta & { openapi: NonNullable<Meta['openapi']> };
  input: z.ZodType;
  output: z.ZodType;
  /**
   * Validates the input, runs the procedure and validates its output.
   * @throws TRPCError
   */
  call(ctx: Context, input: unknown): Promise<unknown>;
}

/** Returns every procedure of the router. */
export function procedures(): Procedure[] {
  return Object.entries(
    appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>,
  ).map(([name, procedure]) => {
    const { type, meta, inputs, output, middlewares } = procedure._def as unknown as Definition;
    const chain = middlewares.map((middleware) =>
      middleware._type === 'output' ? validateOutput(output) : middleware,
    );
    return {
      name,
      type,
      meta,
      input: inputs[0] as z.ZodType,
      output,
      call: (ctx, input) => runChain(chain, { ctx, path: name, type, meta }, input),
    };
  });
}

/** The parts of tRPC's internal procedure definition that are used here. */
interface Definition extends Pick<Procedure, 'type' | 'meta' | 'output'> {
  inputs: z.ZodType[];
  /** In execution order: ours, tRPC's input and output validation, and the resolver last. */
  middlewares: Middleware[];
}

interface Call {
  ctx: Context;
  path: string;
  type: Procedure['type'];
  meta: Meta;
}

interface MiddlewareOptions extends Call {
  input: unknown;
  getRawInput(): Promise<unknown>;
  signal: AbortSignal;
  next(changes?: { ctx?: object; input?: unknown }): Promise<Result>;
}

interface Middleware {
  (options: MiddlewareOptions): Promise<Result>;
  /** Set on the middlewares that tRPC adds. */
  _type?: 'input' | 'output';
}

type Result = { ok: true; data: unknown } | { ok: false; error: TRPCError };

/** Procedures run to completion even if the client disconnects. */
const NEVER_ABORTED = new AbortController().signal;

/** Replaces tRPC's output validation, which copies the result twice, property by property. */
function validateOutput(schema: z.ZodType): Middleware {
  return async ({ next }) => {
    const result = await next();
    if (!result.ok) return result;
    const { success, data, error: cause } = schema.safeParse(result.data);
    if (success) return { ok: true, data };
    const message = 'Output validation failed';
    throw new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message, cause });
  };
}

/**
 * Runs middlewares with the semantics of tRPC's own caller. For each middleware, tRPC copies all
 * options of the call twice, which took a sixth of the time of `profile.me` (bench/README.md).
 */
async function runChain(chain: Middleware[], call: Call, rawInput: unknown): Promise<unknown> {
  const { path, type, meta } = call;
  const getRawInput = async () => rawInput;
  const result = await runFrom(0, call.ctx, undefined);
  if (!result.ok) throw result.error;
  return result.data;

  async function runFrom(index: number, ctx: Context, input: unknown): Promise<Result> {
    try {
      return await (chain[index] as Middleware)({
        ctx,
        path,
        type,
        meta,
        input,
        getRawInput,
        signal: NEVER_ABORTED,
        next: (changes = {}) =>
          runFrom(
            index + 1,
            changes.ctx ? { ...ctx, ...changes.ctx } : ctx,
            'input' in changes ? changes.input : input,
          ),
      });
    } catch (cause) {
      return { ok: false, error: getTRPCErrorFromUnknown(cause) };
    }
  }
}
