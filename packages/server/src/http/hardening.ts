import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import cors from '@fastify/cors';
import underPressure from '@fastify/under-pressure';
import { TRPCError } from '@trpc/server';
import type {
  FastifyError,
  FastifyHttpOptions,
  FastifyInstance,
  RouteShorthandOptions,
} from 'fastify';
import helmet, { type HelmetOptions } from 'helmet';
import type { Config } from '../config.ts';
import { DomainError, type Reason } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { describeFailure } from '../rpc/failure.ts';

/** Bodies are small: the longest field is a display name. */
const BODY_LIMIT = 64 * 1024;

/** How large a request may be and how long it may take to arrive. */
export function requestLimits({ HEADERS_TIMEOUT, REQUEST_TIMEOUT }: Config) {
  return {
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT * 1000,
    http: {
      headersTimeout: HEADERS_TIMEOUT * 1000,
      // How often Node looks for those that take too long.
      connectionsCheckingInterval: Math.min(5_000, HEADERS_TIMEOUT * 500),
      maxHeaderSize: 16 * 1024,
    },
    clientErrorHandler: refuseUnreadable,
  } satisfies FastifyHttpOptions<Server>;
}

/** What is refused before any route: for browsers by headers, for an overloaded process by 503. */
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
    reply.headers(request.routeOptions.config.styledByAttribute ? STYLED_HEADERS : HEADERS);
    done();
  });
  await app.register(underPressure, {
    maxEventLoopDelay: config.MAX_EVENT_LOOP_DELAY,
    maxRssBytes: config.MAX_MEMORY * 1024 * 1024,
    maxHeapUsedBytes: 0.9 * getHeapStatistics().heap_size_limit,
    customError: Overloaded,
  });
}

const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
};

/** Helmet's headers, worked out once: they are the same for every answer. */
function securityHeaders(directives: Directives): Record<string, string> {
  const headers: Record<string, string> = {};
  const answer = {
    setHeader(name: string, value: string) {
      headers[name.toLowerCase()] = value;
    },
    removeHeader: () => {},
  };
  helmet({ contentSecurityPolicy: { directives } })(
    {} as IncomingMessage,
    answer as unknown as ServerResponse,
    (error) => {
      if (error) throw error;
    },
  );
  return headers;
}

type Directives = NonNullable<
  Exclude<HelmetOptions['contentSecurityPolicy'], boolean | undefined>['directives']
>;

const HEADERS = securityHeaders(CONTENT_SECURITY_POLICY);
const STYLED_HEADERS = securityHeaders({
  ...CONTENT_SECURITY_POLICY,
  styleSrcAttr: ["'unsafe-inline'"],
});

declare module 'fastify' {
  interface FastifyContextConfig {
    styledByAttribute?: true;
    /** @fastify/under-pressure asks it, if there is one, instead of refusing. */
    pressureHandler?: () => void;
  }
}

/** For the API reference: Swagger UI styles its elements by attribute. */
export const STYLED_BY_ATTRIBUTE: RouteShorthandOptions = { config: { styledByAttribute: true } };

/** For what must answer most of all when the process is overloaded. */
export const NEVER_SHED: RouteShorthandOptions = { config: { pressureHandler: () => undefined } };

class Overloaded extends Error {}

/** What Fastify refuses before a procedure sees it: unreadable, too large, of a wrong kind, too much. */
export function fromFastify(error: FastifyError): TRPCError {
  if (error instanceof Overloaded) {
    const cause = new DomainError('UNAVAILABLE', { retryAfter: 5 });
    return new TRPCError({ code: 'SERVICE_UNAVAILABLE', cause });
  }
  const { statusCode = 500 } = error;
  if (statusCode === 413) return new TRPCError({ code: 'PAYLOAD_TOO_LARGE', cause: error });
  if (statusCode < 500) return new TRPCError({ code: 'BAD_REQUEST', cause: error });
  return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: error });
}

/** What is no HTTP, too long in its head or too slow never becomes a request: answered and cut off. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, reason] = UNREADABLE[error.code ?? ''] ?? [400, 'INPUT_INVALID'];
  const failure = describeFailure(
    new TRPCError({ code: 'BAD_REQUEST', cause: new DomainError(reason) }),
    { locale: 'en', requestId: randomUUID() },
  );
  const body = JSON.stringify({ ...failure, data: { ...failure.data, httpStatus: status } });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `connection: close\r\n\r\n${body}`,
  );
  // Half closed would be enough for one who means well.
  socket.destroySoon();
}

const UNREADABLE: Record<string, [number, Reason]> = {
  HPE_HEADER_OVERFLOW: [431, 'PAYLOAD_TOO_LARGE'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'INPUT_INVALID'],
};
