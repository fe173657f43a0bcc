import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { hostName } from '../core/host-name.ts';
import { inputIssue } from '../core/input-issue.ts';
import { addressList, isListed } from '../core/ip-network.ts';

const LOOPBACK = addressList(['127.0.0.0/8', '::1']);

/**
 * Refuses requests for any host but that of PUBLIC_URL and ALLOWED_HOSTS. Outside production, the
 * machine's own names and addresses are allowed too. A name that another site points at this
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
      (host !== undefined && (allowed.has(host) || (!production && isLocal(host, request))));
    if (isAllowed) return done();
    request.log.info({ host: request.host.slice(0, 253) }, 'Refused a host not in ALLOWED_HOSTS');
    done(inputIssue('HOST_NOT_ALLOWED', ['host']));
  });
}

/** True for a loopback address, and for the address that the client connected to. */
function isLocal(host: string, { socket }: FastifyRequest): boolean {
  if (host.endsWith('.localhost')) return true;
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) === 0) return false;
  const connectedTo = socket.localAddress?.replace(/^::ffff:/, '');
  return address === connectedTo || isListed(LOOPBACK, address);
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Serves requests for any host, such as those of a load balancer's probes. */
    anyHost?: true;
  }
}
