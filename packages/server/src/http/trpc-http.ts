import { getTRPCErrorFromUnknown, getTRPCErrorShape, type TRPCError } from '@trpc/server';
import {
  type FastifyTRPCPluginOptions,
  fastifyRequestHandler,
} from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { type Context, createContext } from '../rpc/context.ts';
import { procedures } from './procedures.ts';
import { CHALLENGE } from './rest.ts';
import { type AppRouter, appRouter } from './router.ts';

/**
 * Serves the procedures over tRPC's protocol. Its own adapter makes a Request and a Response of the web
 * out of what Node has, and streams the answer: half of what a call costs. So the calls that are most of all, of one
 * procedure, alone or as a batch of one, are answered here; larger batches, streams and whatever is wrong are its.
 */
export function serveTrpc(app: FastifyInstance, deps: Deps): void {
  const trpcOptions = {
    router: appRouter,
    maxBatchSize: 50,
    createContext: ({ req, res }) => createContext(deps, req, res),
    onError: ({ error, ctx, path }) => logFault(error, ctx, path),
    responseMeta: ({ errors }) => ({ headers: headersOf(errors) }),
  } satisfies FastifyTRPCPluginOptions<AppRouter>['trpcOptions'];

  // What tRPC's plugin for Fastify does: bodies are read by tRPC.
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  app.addContentTypeParser('multipart/form-data', {}, (_request, body, done) => done(null, body));
  const byAdapter = (req: FastifyRequest, res: FastifyReply, path: string) =>
    fastifyRequestHandler({ ...trpcOptions, req, res, path });
  app.all<{ Params: { path: string } }>('/:path', (request, reply) =>
    byAdapter(request, reply, request.params.path),
  );

  for (const { name, type, call } of procedures()) {
    app.route({
      method: type === 'query' ? 'GET' : 'POST',
      url: `/${name}`,
      exposeHeadRoute: false,
      async handler(request, reply) {
        const plain = type === 'query' ? plainQuery(request) : plainMutation(request);
        if (!plain) return byAdapter(request, reply, name);
        const answer = (body: object) => reply.send(plain.batch ? [body] : body);
        // A serializer of its own keeps Fastify from adding a charset.
        reply
          .headers({ vary: 'trpc-accept, accept', 'content-type': 'application/json' })
          .serializer(JSON.stringify);
        let ctx: Context | undefined;
        try {
          ctx = createContext(deps, request, reply);
          const data = await call(ctx, plain.input);
          return answer({ result: { data } });
        } catch (cause) {
          const error = getTRPCErrorFromUnknown(cause);
          logFault(error, ctx, name);
          const config = appRouter._def._config;
          const input = plain.input;
          const shape = getTRPCErrorShape({ config, error, type, path: name, input, ctx });
          reply.code(shape.data.httpStatus).headers(headersOf([error]));
          return answer({ error: shape });
        }
      },
    });
  }
}

/** A procedure's input, if the request is one that needs nothing but it; undefined if it is any other. */
type Plain = { input: unknown; batch: boolean } | undefined;

function plainQuery({ headers, url }: FastifyRequest): Plain {
  if (headers['content-type'] !== undefined || asksForStream(headers)) return undefined;
  const { batch, input = '', others } = parametersOf(url);
  return others ? undefined : parse(input, batch);
}

function plainMutation({ headers, url, body }: FastifyRequest): Plain {
  const [type] = (headers['content-type'] ?? '').split(';', 1);
  if (type?.trim().toLowerCase() !== 'application/json') return undefined;
  const { batch, input, others } = parametersOf(url);
  if (others || input !== undefined || asksForStream(headers)) return undefined;
  return typeof body === 'string' ? parse(body, batch) : undefined;
}

function parametersOf(url: string) {
  const start = url.indexOf('?');
  if (start === -1) return { batch: false, others: false };
  const query = new URLSearchParams(url.slice(start));
  const input = query.get('input') ?? undefined;
  const batch = query.get('batch') === '1';
  return { batch, input, others: query.size !== Number(batch) + Number(input !== undefined) };
}

function asksForStream({ accept, 'trpc-accept': asked }: FastifyRequest['headers']): boolean {
  return asked !== undefined || accept?.includes('application/jsonl') === true;
}

/** The inputs of a batch are an object with a key for each procedure: `0`, `1`, ... */
function parse(text: string, batch: boolean): Plain {
  try {
    const input: unknown = text === '' ? undefined : JSON.parse(text);
    if (!batch || input === undefined) return { input, batch };
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
    const { 0: first, ...more } = input as Record<string, unknown>;
    return Object.keys(more).length === 0 ? { input: first, batch } : undefined;
  } catch {
    return undefined;
  }
}

function logFault(error: TRPCError, ctx: Context | undefined, path: string | undefined): void {
  if (error.code === 'INTERNAL_SERVER_ERROR')
    ctx?.log.error({ err: error.cause ?? error, path }, 'Request failed');
}

function headersOf(errors: readonly TRPCError[]): Record<string, string> {
  const challenge = errors.some(({ code }) => code === 'UNAUTHORIZED');
  const waits = errors.map(({ cause }) =>
    cause instanceof DomainError ? (cause.data.retryAfter ?? 0) : 0,
  );
  const retryAfter = Math.max(0, ...waits);
  return {
    ...(retryAfter > 0 && { 'retry-after': String(retryAfter) }),
    ...(challenge && CHALLENGE),
  };
}
