import { isIP } from 'node:net';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { chooseLocale, type Locale } from '../core/messages.ts';
import type { Deps } from '../deps.ts';
import { isForeign, type SessionCookie, sessionCookie } from '../sessions/session-cookie.ts';
import type { Client } from '../sessions/sessions.ts';
import { type RateLimitStatus, rateLimitHeaders } from './rate-limits.ts';

/** What a request is. Nothing is loaded in advance: who calls is found out by the procedures that ask. */
export interface Context {
  deps: Deps;
  client: Client;
  locale: Locale;
  /** By which protocol it came. */
  protocol: 'rest' | 'trpc';
  /** Named in the answer and in the log. */
  requestId: string;
  log: FastifyBaseLogger;
  /** Where the service is reached, without a slash at the end, as in https://invite.example */
  origin: string;
  /** The access token as it came. */
  bearer: string | undefined;
  cookie: SessionCookie;
  /** Whether another site made a browser send it. */
  foreign: boolean;
  /** Sets a header of the answer. */
  setHeader(name: string, value: string): void;
  /** Tells the caller where they stand with a limit. */
  reportLimit(standing: RateLimitStatus): void;
}

export function createContext(deps: Deps, request: FastifyRequest, reply: FastifyReply): Context {
  const { headers } = request;
  const { publicOrigin } = deps.config;
  const standings = new Map<string, RateLimitStatus>();
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
    foreign: isForeign(headers, [
      publicOrigin,
      `${request.protocol}://${request.host}`,
      ...deps.config.CORS_ORIGINS,
    ]),
    setHeader: (name, value) => void reply.header(name, value),
    reportLimit(standing) {
      // A batch may meet one limit many times: the last word counts.
      standings.set(standing.name, standing);
      reply.headers(rateLimitHeaders(standings.values()));
    },
  };
}

export function clientOf({ ip, headers, socket }: FastifyRequest): Client {
  return {
    // X-Forwarded-For may say anything, also behind a proxy that is trusted.
    ip: isIP(ip) ? ip : (socket.remoteAddress ?? '0.0.0.0'),
    userAgent: headers['user-agent']?.slice(0, 256) ?? null,
  };
}

/** PUBLIC_URL, or what the request was sent to. */
export function publicUrl({ config }: Pick<Deps, 'config'>, request: FastifyRequest): string {
  return config.PUBLIC_URL ?? `${request.protocol}://${request.host}`;
}
