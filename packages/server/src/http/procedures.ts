import { type AnyTRPCProcedure, getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import type { z } from 'zod';
import type { Context } from '../rpc/context.ts';
import type { Meta } from '../rpc/trpc.ts';
import { appRouter } from './router.ts';

/** A procedure with its protocol over REST. */
export interface Operation {
  /** As in `auth.verifyCode` */
  name: string;
  type: 'query' | 'mutation';
  meta: Meta & { openapi: NonNullable<Meta['openapi']> };
  input: z.ZodType;
  output: z.ZodType;
  /** @throws TRPCError */
  call(ctx: Context, input: unknown): Promise<unknown>;
}

/** Every procedure of the router. */
export function procedures(): Operation[] {
  return Object.entries(
    appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>,
  ).map(([name, { _def }]) => {
    const { type, meta, inputs, output, middlewares } = _def as unknown as Definition;
    const steps = middlewares.map((each) => (each._type === 'output' ? checkOutput(output) : each));
    const call = (ctx: Context, input: unknown) =>
      run(steps, { ctx, path: name, type, meta, input });
    return { name, type, meta, input: inputs[0] as z.ZodType, output, call };
  });
}

interface Definition extends Pick<Operation, 'type' | 'meta' | 'output'> {
  inputs: z.ZodType[];
  /** Ours in the order of `use`, between them those that check input and output; the resolver is the last. */
  middlewares: Middleware[];
}

interface Middleware {
  (call: {
    ctx: Context;
    path: string;
    type: Operation['type'];
    meta: Meta;
    input: unknown;
    getRawInput(): Promise<unknown>;
    signal: AbortSignal;
    next(changes?: { ctx?: object; input?: unknown }): Promise<Result>;
  }): Promise<Result>;
  /** Of tRPC's own */
  _type?: 'input' | 'output';
}

type Result = { ok: true; data: unknown } | { ok: false; error: TRPCError };

/** No procedure here is worth stopping half way. */
const NEVER_ABORTED = new AbortController().signal;

/** As tRPC's own, which copies the result twice for it, property by property. */
function checkOutput(schema: z.ZodType): Middleware {
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
 * Runs a procedure's middlewares as tRPC does for batches and callers. tRPC copies all options of the call twice
 * for each middleware, property by property: a sixth of what a profile costs (bench/README.md).
 */
async function run(
  middlewares: Middleware[],
  {
    input: raw,
    ...call
  }: { ctx: Context; input: unknown } & Pick<Operation, 'type' | 'meta'> & {
      path: string;
    },
): Promise<unknown> {
  const { path, type, meta } = call;
  const getRawInput = async () => raw;
  const result = await step(0, call.ctx, undefined);
  if (!result.ok) throw result.error;
  return result.data;

  async function step(index: number, ctx: Context, input: unknown): Promise<Result> {
    try {
      return await (middlewares[index] as Middleware)({
        ctx,
        path,
        type,
        meta,
        input,
        getRawInput,
        signal: NEVER_ABORTED,
        next: (changes = {}) =>
          step(
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
