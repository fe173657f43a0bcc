import { getHeapStatistics } from 'node:v8';
import cors from '@fastify/cors';
import underPressure from '@fastify/under-pressure';
import { TRPCError } from '@trpc/server';
import type { FastifyError, FastifyInstance, RouteShorthandOptions } from 'fastify';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { TRPC_CODES } from '../rpc/failure.ts';
import { refuseForeignHosts } from './allowed-hosts.ts';
import { SECURITY_HEADERS, SWAGGER_UI_HEADERS } from './security-headers.ts';
import { refuseUnreadBodies } from './unread-bodies.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    allowsStyleAttributes?: true;
    /** @fastify/under-pressure calls this, if present, instead of refusing the request. */
    pressureHandler?: () => void;
  }
}

/** Route options for Swagger UI: its policy allows `style` attributes. */
export const ALLOW_STYLE_ATTRIBUTES: RouteShorthandOptions = {
  config: { allowsStyleAttributes: true },
};

/**
 * Route options for health checks and metrics, which must respond even under overload, and to
 * probes that know only the address of the instance.
 */
export const FOR_OPERATORS: RouteShorthandOptions = {
  config: { pressureHandler: () => undefined, anyHost: true },
};

/** Adds security headers, the checks of hosts and bodies, CORS, and load shedding with 503. */
export async function registerHardening(app: FastifyInstance, { config }: Deps): Promise<void> {
  app.addHook('onRequest', (request, reply, done) => {
    const { allowsStyleAttributes } = request.routeOptions.config;
    reply.headers(allowsStyleAttributes ? SWAGGER_UI_HEADERS : SECURITY_HEADERS);
    done();
  });
  refuseForeignHosts(app, config);
  refuseUnreadBodies(app);
  if (config.CORS_ORIGINS.length > 0)
    await app.register(cors, {
      origin: config.CORS_ORIGINS,
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      credentials: true,
      exposedHeaders: ['retry-after', 'ratelimit', 'ratelimit-policy', 'x-request-id'],
      maxAge: 600,
    });
  await app.register(underPressure, {
    maxEventLoopDelay: config.MAX_EVENT_LOOP_DELAY,
    maxRssBytes: config.MAX_MEMORY * 1024 * 1024,
    maxHeapUsedBytes: 0.9 * getHeapStatistics().heap_size_limit,
    customError: OverloadedError,
  });
}

class OverloadedError extends Error {}

/** Converts an error that Fastify raised before a procedure ran, such as a body that is too large. */
export function fromFastify(error: FastifyError | DomainError): TRPCError {
  if (error instanceof OverloadedError) {
    const cause = new DomainError('UNAVAILABLE', { retryAfter: 5 });
    return new TRPCError({ code: 'SERVICE_UNAVAILABLE', cause });
  }
  if (error instanceof DomainError)
    return new TRPCError({ code: TRPC_CODES[error.reason], cause: error });
  const { statusCode = 500 } = error;
  if (statusCode === 413) return new TRPCError({ code: 'PAYLOAD_TOO_LARGE', cause: error });
  if (statusCode < 500) return new TRPCError({ code: 'BAD_REQUEST', cause: error });
  return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: error });
}
