import { getTRPCErrorFromUnknown, type TRPCError } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { chooseLocale } from '../core/messages.ts';
import type { Deps } from '../deps.ts';
import { createContext } from '../rpc/context.ts';
import { describeFailure } from '../rpc/failure.ts';
import { procedures } from './procedures.ts';

/**
 * Serves the procedures as REST routes of Fastify, at the paths that trpc-openapi documents.
 * trpc-openapi's own HTTP adapter is not used: it tests one regular expression per route in turn,
 * and it enables coercion in the schemas it shares with tRPC, which changes what tRPC accepts.
 */
export function serveRest(app: FastifyInstance, deps: Deps): void {
  for (const { meta, input: schema, call } of procedures()) {
    const { method, path } = meta.openapi;
    const inBody = method === 'POST' || method === 'PATCH';
    const parseText = textParser(schema);
    app.route({
      method,
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      async handler(request, reply) {
        const params = request.params as Record<string, unknown>;
        const rest = inBody ? (request.body ?? {}) : parseText(request.query as object);
        const input = isRecord(rest) ? { ...rest, ...parseText(params) } : rest;
        const ctx = createContext(deps, request, reply);
        try {
          const data = await call(ctx, isVoid(schema) ? undefined : input);
          return reply.code(meta.status ?? 200).send(data);
        } catch (cause) {
          return sendFailure(request, reply, getTRPCErrorFromUnknown(cause), input);
        }
      },
    });
  }
}

/** The header that a 401 response requires (RFC 9110, 15.5.2). */
export const CHALLENGE = { 'www-authenticate': 'Bearer' };

/** Sends an error response in the format of the request's protocol. Unexpected errors are logged. */
export function sendFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  error: TRPCError,
  input?: unknown,
): FastifyReply {
  const locale = chooseLocale(request.headers['accept-language']);
  const failure = describeFailure(error, { locale, requestId: request.id, input });
  const { httpStatus, reason, retryAfter, issues } = failure.data;
  if (reason === 'INTERNAL') request.log.error({ err: error.cause ?? error }, 'Request failed');
  if (httpStatus === 401) reply.headers(CHALLENGE);
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  reply.code(httpStatus);
  if (!request.url.startsWith('/trpc/'))
    return reply.send({ ...failure, ...(issues && { issues }) });
  const { message, code, data } = failure;
  return reply.send({
    error: { message, code: TRPC_ERROR_CODES_BY_KEY[code], data: { ...data, code } },
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isVoid = (schema: z.ZodType) => schema instanceof z.ZodVoid;

/**
 * Returns a function that converts the text of paths and queries to the types the schema expects.
 * `limit=5` becomes a number and `flag=false` a boolean. Other text is left for the schema to
 * reject, such as `limit=five`.
 */
function textParser(schema: z.ZodType): (values: object) => Record<string, unknown> {
  const inner = unwrap(schema);
  const shape: Record<string, z.ZodType> = inner instanceof z.ZodObject ? inner.shape : {};
  const kinds = new Map(Object.entries(shape).map(([key, field]) => [key, unwrap(field)]));
  return (values) =>
    Object.fromEntries(
      Object.entries(values).map(([key, text]) => [key, parseAs(kinds.get(key), text)]),
    );
}

function parseAs(kind: z.ZodType | undefined, text: unknown): unknown {
  if (kind instanceof z.ZodNumber && typeof text === 'string' && /^-?\d+(\.\d+)?$/.test(text))
    return Number(text);
  const isBoolean =
    kind instanceof z.ZodBoolean || (kind instanceof z.ZodLiteral && kind.values.has(true));
  if (isBoolean && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** Removes `optional`, `nullable` and `default` wrappers. */
function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
    ? unwrap(schema.unwrap() as z.ZodType)
    : schema;
}
