import { getHeapStatistics } from 'node:v8';
import cors from '@fastify/cors';
import underPressure from '@fastify/under-pressure';
import { TRPCError } from '@trpc/server';
import type { FastifyError, FastifyInstance, RouteShorthandOptions } from 'fastify';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { SECURITY_HEADERS, SWAGGER_UI_HEADERS } from './security-headers.ts';

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

/** Route options for health checks and metrics, which must respond even under overload. */
export const NEVER_SHED: RouteShorthandOptions = { config: { pressureHandler: () => undefined } };

/** Adds CORS, security headers, and load shedding with 503. */
export async function registerHardening(app: FastifyInstance, { config }: Deps): Promise<void> {
  if (config.CORS_ORIGINS.length > 0)
    await app.register(cors, {
      origin: config.CORS_ORIGINS,
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      credentials: true,
      exposedHeaders: ['retry-after', 'ratelimit', 'ratelimit-policy', 'x-request-id'],
      maxAge: 600,
    });
  app.addHook('onRequest', (request, reply, done) => {
    const { allowsStyleAttributes } = request.routeOptions.config;
    reply.headers(allowsStyleAttributes ? SWAGGER_UI_HEADERS : SECURITY_HEADERS);
    done();
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
export function fromFastify(error: FastifyError): TRPCError {
  if (error instanceof OverloadedError) {
    const cause = new DomainError('UNAVAILABLE', { retryAfter: 5 });
    return new TRPCError({ code: 'SERVICE_UNAVAILABLE', cause });
  }
  const { statusCode = 500 } = error;
  if (statusCode === 413) return new TRPCError({ code: 'PAYLOAD_TOO_LARGE', cause: error });
  if (statusCode < 500) return new TRPCError({ code: 'BAD_REQUEST', cause: error });
  return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: error });
}
