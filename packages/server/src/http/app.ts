import { randomUUID } from 'node:crypto';
import { TRPCError } from '@trpc/server';
import Fastify, { type FastifyError, type FastifyInstance, LogController } from 'fastify';
import type { Deps } from '../deps.ts';
import { fromFastify, registerHardening } from './hardening.ts';
import { serveHealth } from './health.ts';
import { serveOauth } from './oauth.ts';
import { serveOpenApi } from './openapi.ts';
import { serveQrCode } from './qr.ts';
import { requestLimits } from './request-limits.ts';
import { sendFailure, serveRest } from './rest.ts';
import { serveSite } from './site/site.ts';
import { serveTrpc } from './trpc-http.ts';

/** Builds the whole HTTP application without listening, so that tests can `inject` requests. */
export async function buildApp(deps: Deps): Promise<FastifyInstance> {
  const { config } = deps;
  const app = Fastify({
    loggerInstance: deps.log,
    // The onResponse hook below writes one line per request.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    ...requestLimits(config),
    trustProxy: config.TRUST_PROXY.length > 0 ? config.TRUST_PROXY : false,
    // The path of a tRPC batch lists all its procedures.
    routerOptions: { maxParamLength: 5000 },
    forceCloseConnections: 'idle',
    // Requests on open connections are served during shutdown, with `connection: close`.
    return503OnClosing: false,
    // Fastify rejects malformed URLs before the error handler below applies.
    frameworkErrors: (error, request, reply) => sendFailure(request, reply, fromFastify(error)),
  });
  deps.tracing?.instrument(app);
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    // The route's pattern rather than the URL, which may contain personal data.
    const route = request.routeOptions.url ?? 'none';
    const status = String(reply.statusCode);
    deps.metrics.count('invitree_http_requests_total', { method, route, status });
    request.log.info(
      {
        method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
    done();
  });
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    sendFailure(request, reply, fromFastify(error)),
  );
  app.setNotFoundHandler((request, reply) =>
    sendFailure(request, reply, new TRPCError({ code: 'NOT_FOUND' })),
  );
  app.removeContentTypeParser('text/plain');
  acceptEmptyJson(app);

  await registerHardening(app, deps);
  await app.register(
    async (trpc) => {
      forbidCaching(trpc);
      serveTrpc(trpc, deps);
    },
    { prefix: '/trpc' },
  );
  await app.register(
    async (api) => {
      forbidCaching(api);
      serveRest(api, deps);
      serveQrCode(api, deps);
    },
    { prefix: '/api/v1' },
  );
  serveHealth(app, deps);
  serveOpenApi(app, deps);
  app.get('/.well-known/jwks.json', async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').send(deps.accessTokens.jwks),
  );
  await app.register(async (oauth) => serveOauth(oauth, deps));
  await serveSite(app, deps);
  return app;
}

/** Keeps tokens and personal data out of caches (RFC 6749, 5.1). A route may set another policy. */
function forbidCaching(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store');
    done();
  });
}

/** Clients may send `content-type: application/json` with an empty body if no input is needed. */
function acceptEmptyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body as string, done);
  });
}
