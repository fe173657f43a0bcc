import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { hostName } from '../core/host-name.ts';
import { inputIssue } from '../core/input-issue.ts';
import { addressList, isListed } from '../core/ip-network.ts';

const LOOPBACK = addressList(['127.0.0.0/8', '::1']);

/**
 * Refuses requests for any host but that of PUBLIC_URL, ALLOWED_HOSTS and loopback addresses.
 * Outside production, the machine's own names and addresses are allowed too. A name that another site points at this
 * address (DNS rebinding) therefore reaches nothing, and no foreign name gets into links, cookies
 * or the issuer of tokens. Health checks and metrics are exempt: probes address instances directly.
 */
export function refuseForeignHosts(app: FastifyInstance, config: Config): void {
  const { PUBLIC_URL, ALLOWED_HOSTS, HOST, production } = config;
  const allowed = new Set(ALLOWED_HOSTS);
  if (PUBLIC_URL) allowed.add(new URL(PUBLIC_URL).hostname);
  if (!production) allowed.add('localhost').add(HOST.toLowerCase());

  app.addHook('onRequest', (request, _reply, done) => {
    const host = hostName(request.host);
    const isAllowed =
      request.routeOptions.config.anyHost === true ||
      (host !== undefined &&
        (allowed.has(host) || isLoopback(host) || (!production && isLocal(host, request))));
    if (isAllowed) return done();
    request.log.info({ host: request.host.slice(0, 253) }, 'Refused a host not in ALLOWED_HOSTS');
    done(inputIssue('HOST_NOT_ALLOWED', ['host']));
  });
}

/** True for an address such as 127.0.0.1, which no name can be rebound to in a `Host` header. */
function isLoopback(host: string): boolean {
  const address = addressOf(host);
  return isIP(address) !== 0 && isListed(LOOPBACK, address);
}

/** True for names below .localhost, and for the address that the client connected to. */
function isLocal(host: string, { socket }: FastifyRequest): boolean {
  if (host.endsWith('.localhost')) return true;
  return addressOf(host) === socket.localAddress?.replace(/^::ffff:/, '');
}

const addressOf = (host: string) => host.replace(/^\[(.*)\]$/, '$1');

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Serves requests for any host, such as those of a load balancer's probes. */
    anyHost?: true;
  }
}
