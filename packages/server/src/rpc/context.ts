import { isIP } from 'node:net';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { chooseLocale, type Locale } from '../core/messages.ts';
import type { Deps } from '../deps.ts';
import { isCrossSite, type SessionCookie, sessionCookie } from '../sessions/session-cookie.ts';
import type { Client } from '../sessions/sessions.ts';
import { type RateLimitStatus, rateLimitHeaders } from './rate-limits.ts';

/** Per-request context. The caller is resolved lazily, by the procedures that need it. */
export interface Context {
  deps: Deps;
  client: Client;
  locale: Locale;
  /** The protocol that carries the request. */
  protocol: 'rest' | 'trpc';
  /** Sent to the client as `x-request-id` and written to the log. */
  requestId: string;
  log: FastifyBaseLogger;
  /** The public URL of this service without a trailing slash, such as `https://invite.example`. */
  origin: string;
  /** The token of the `Authorization` header, not yet verified. */
  bearer: string | undefined;
  cookie: SessionCookie;
  /** True if a page of another site made the browser send this request. */
  crossSite: boolean;
  /** Sets a response header. */
  setHeader(name: string, value: string): void;
  /** Adds a rate limit to the `RateLimit` response headers. */
  reportLimit(status: RateLimitStatus): void;
}

export function createContext(deps: Deps, request: FastifyRequest, reply: FastifyReply): Context {
  const { headers } = request;
  const { publicOrigin } = deps.config;
  const limits = new Map<string, RateLimitStatus>();
  return {
    deps,
    client: clientOf(request),
    locale: chooseLocale(headers['accept-language']),
    protocol: request.url.startsWith('/trpc/') ? 'trpc' : 'rest',
    requestId: request.id,
    log: request.log,
    origin: publicUrl(deps, request),
    bearer: /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1],
    cookie: sessionCookie(deps, {
      request: request.raw,
      response: reply.raw,
      https: request.protocol === 'https' || publicOrigin?.startsWith('https:') === true,
    }),
    crossSite: isCrossSite(headers, [
      publicOrigin,
      `${request.protocol}://${request.host}`,
      ...deps.config.CORS_ORIGINS,
    ]),
    setHeader: (name, value) => void reply.header(name, value),
    reportLimit(status) {
      // Calls of a batch may share a limit. Its latest status replaces the earlier ones.
      limits.set(status.name, status);
      reply.headers(rateLimitHeaders(limits.values()));
    },
  };
}

/** The address and user agent of the client, as stored with sessions and audit entries. */
export function clientOf({ ip, headers, socket }: FastifyRequest): Client {
  return {
    // Even a trusted proxy may pass on an X-Forwarded-For that holds no address.
    ip: isIP(ip) ? ip : (socket.remoteAddress ?? '0.0.0.0'),
    userAgent: headers['user-agent']?.slice(0, 256) ?? null,
  };
}

/** PUBLIC_URL or, without it, the scheme and host that the request was sent to. */
export function publicUrl({ config }: Pick<Deps, 'config'>, request: FastifyRequest): string {
  return config.PUBLIC_URL ?? `${request.protocol}://${request.host}`;
}
