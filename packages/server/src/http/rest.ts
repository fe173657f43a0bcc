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
 * Serves the procedures under the routes that trpc-openapi documents, by Fastify's own router.
 * trpc-openapi's HTTP adapter is left out: it matches every route's expression in turn, and turns on
 * coercion in the schemas it shares with tRPC, so that one REST call changes what tRPC accepts.
 */
export function serveRest(app: FastifyInstance, deps: Deps): void {
  for (const { meta, input: schema, call } of procedures()) {
    const { method, path } = meta.openapi;
    const inBody = method === 'POST' || method === 'PATCH';
    const readText = textReader(schema);
    app.route({
      method,
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      async handler(request, reply) {
        const params = request.params as Record<string, unknown>;
        const rest = inBody ? bodyInput(request.body) : readText(request.query as object);
        const input = isRecord(rest) ? { ...rest, ...readText(params) } : rest;
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

/** What a 401 must say (RFC 9110, 15.5.2). */
export const CHALLENGE = { 'www-authenticate': 'Bearer' };

/** Answers with what went wrong, and logs it if nobody meant it. */
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

/** No body is an empty one: a POST without input needs none. */
function bodyInput(body: unknown): unknown {
  return body === undefined || body === null ? {} : body;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isVoid = (schema: z.ZodType) => schema instanceof z.ZodVoid;

/**
 * Paths and queries carry text alone. Reads it as what the schema wants there, and leaves what is not
 * that, for the schema to refuse: `limit=5` is a number, `limit=five` stays a text, `flag=false` is false.
 */
function textReader(schema: z.ZodType): (values: object) => Record<string, unknown> {
  const inner = unwrap(schema);
  const shape: Record<string, z.ZodType> = inner instanceof z.ZodObject ? inner.shape : {};
  const kinds = new Map(Object.entries(shape).map(([key, field]) => [key, unwrap(field)]));
  return (values) =>
    Object.fromEntries(
      Object.entries(values).map(([key, text]) => [key, readAs(kinds.get(key), text)]),
    );
}

function readAs(kind: z.ZodType | undefined, text: unknown): unknown {
  if (kind instanceof z.ZodNumber && typeof text === 'string' && /^-?\d+(\.\d+)?$/.test(text))
    return Number(text);
  const isBoolean =
    kind instanceof z.ZodBoolean || (kind instanceof z.ZodLiteral && kind.values.has(true));
  if (isBoolean && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** What is inside of optional, nullable and default. */
function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
    ? unwrap(schema.unwrap() as z.ZodType)
    : schema;
}
