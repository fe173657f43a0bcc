import { getTRPCErrorFromUnknown, getTRPCErrorShape, type TRPCError } from '@trpc/server';
import {
  type FastifyTRPCPluginOptions,
  fastifyRequestHandler,
} from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../core/errors.ts';
import { inputIssue } from '../core/input-issue.ts';
import type { Deps } from '../deps.ts';
import { type Context, createContext } from '../rpc/context.ts';
import { type Procedure, procedures } from './procedures.ts';
import { CHALLENGE } from './rest.ts';
import { type AppRouter, appRouter } from './router.ts';
import { parseSingleCall, type SingleCall } from './single-call.ts';

/** Calls per batch. The SDK sends no larger ones. */
const MAX_BATCH_SIZE = 10;

/**
 * Serves the procedures over tRPC's protocol.
 *
 * tRPC's adapter converts Node's request and response to web ones and streams the response, which
 * doubles the cost of a call. Calls of one procedure, by far the most common, are therefore handled
 * here. Larger batches, streams and malformed requests go to the adapter.
 */
export function serveTrpc(app: FastifyInstance, deps: Deps): void {
  acceptUnparsedBodies(app);

  const options = {
    router: appRouter,
    maxBatchSize: MAX_BATCH_SIZE,
    createContext: ({ req, res }) => createContext(deps, req, res),
    onError: ({ error, ctx, path }) => logInternalError(error, ctx, path),
    responseMeta: ({ errors }) => ({ headers: errorHeaders(errors) }),
  } satisfies FastifyTRPCPluginOptions<AppRouter>['trpcOptions'];
  const handleByAdapter = (req: FastifyRequest, res: FastifyReply, path: string) =>
    fastifyRequestHandler({ ...options, req, res, path });

  for (const procedure of procedures())
    app.route({
      method: procedure.type === 'query' ? 'GET' : 'POST',
      url: `/${procedure.name}`,
      exposeHeadRoute: false,
      handler(request, reply) {
        const single = parseSingleCall(procedure.type, request);
        if (!single) return handleByAdapter(request, reply, procedure.name);
        return handleSingleCall(deps, { procedure, single, request, reply });
      },
    });
  app.route<{ Params: { path: string } }>({
    // The adapter builds a web Request, which cannot have the method TRACE.
    method: app.supportedMethods.filter((method) => method !== 'TRACE'),
    url: '/:path',
    async handler(request, reply) {
      const { path } = request.params;
      if (path.split(',').length > MAX_BATCH_SIZE) throw inputIssue('BATCH_TOO_LARGE');
      return handleByAdapter(request, reply, path);
    },
  });
}

/** tRPC parses the bodies itself. No procedure takes files, so only JSON is accepted. */
function acceptUnparsedBodies(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
}

interface SingleCallRequest {
  procedure: Procedure;
  single: SingleCall;
  request: FastifyRequest;
  reply: FastifyReply;
}

async function handleSingleCall(
  deps: Deps,
  { procedure, single: { input, isBatch }, request, reply }: SingleCallRequest,
): Promise<FastifyReply> {
  const { name: path, type } = procedure;
  const send = (body: object) => reply.send(isBatch ? [body] : body);
  // An explicit serializer keeps Fastify from adding a charset to the content type.
  reply
    .headers({ vary: 'trpc-accept, accept', 'content-type': 'application/json' })
    .serializer(JSON.stringify);
  let ctx: Context | undefined;
  try {
    ctx = createContext(deps, request, reply);
    return send({ result: { data: await procedure.call(ctx, input) } });
  } catch (cause) {
    const error = getTRPCErrorFromUnknown(cause);
    logInternalError(error, ctx, path);
    const config = appRouter._def._config;
    const shape = getTRPCErrorShape({ config, error, type, path, input, ctx });
    reply.code(shape.data.httpStatus).headers(errorHeaders([error]));
    return send({ error: shape });
  }
}

function logInternalError(error: TRPCError, ctx: Context | undefined, path?: string): void {
  if (error.code === 'INTERNAL_SERVER_ERROR')
    ctx?.log.error({ err: error.cause ?? error, path }, 'Request failed');
}

/** The headers of a response with these errors; a batch may contain several. */
function errorHeaders(errors: readonly TRPCError[]): Record<string, string> {
  const delays = errors.map(({ cause }) =>
    cause instanceof DomainError ? (cause.data.retryAfter ?? 0) : 0,
  );
  const retryAfter = Math.max(0, ...delays);
  return {
    ...(retryAfter > 0 && { 'retry-after': String(retryAfter) }),
    ...(errors.some(({ code }) => code === 'UNAUTHORIZED') && CHALLENGE),
  };
}
