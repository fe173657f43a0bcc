import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import type { Client } from './auth/sessions.ts';
import { chooseLocale, type Locale } from './messages.ts';
import type { Deps } from './ports.ts';

/** What a request is. Nothing is loaded in advance: who calls is found out by the procedures that ask. */
export interface Context {
  deps: Deps;
  client: Client;
  locale: Locale;
  /** Named in the answer and in the log. */
  requestId: string;
  log: FastifyBaseLogger;
  /** The access token as it came. */
  bearer: string | undefined;
  /** Sets a header of the answer. */
  setHeader(name: string, value: string): void;
}

export function createContext(deps: Deps, request: FastifyRequest, reply: FastifyReply): Context {
  const { headers } = request;
  return {
    deps,
    client: { ip: request.ip, userAgent: headers['user-agent']?.slice(0, 256) ?? null },
    locale: chooseLocale(headers['accept-language']),
    requestId: request.id,
    log: request.log,
    bearer: /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1],
    setHeader: (name, value) => void reply.header(name, value),
  };
}
