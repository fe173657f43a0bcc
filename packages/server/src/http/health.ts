import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import sql from 'sql-template-tag';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { FOR_OPERATORS } from './hardening.ts';

/** Milliseconds the database may take. Load balancers rarely wait longer for /readyz. */
const READY_TIMEOUT = 2 * SECOND;

/** Serves what operators monitor: liveness, readiness and metrics. */
export function serveHealth(app: FastifyInstance, { config, database, metrics }: Deps): void {
  app.get('/healthz', FOR_OPERATORS, async () => ({ status: 'ok' }));

  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.decorate('drain', () => {
    stopping = true;
  });
  // Asks clients with open connections to connect to another instance.
  app.addHook('onRequest', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
  // Redis is not checked. An outage affects every instance alike, and much works without it; failing
  // here would make the load balancer remove them all.
  app.get('/readyz', FOR_OPERATORS, async (_request, reply) => {
    if (!stopping && (await isReachable(database))) return { status: 'ok' };
    const status = stopping ? 'stopping' : 'unavailable';
    return reply.code(503).header('retry-after', 5).send({ status });
  });

  app.get('/metrics', FOR_OPERATORS, async (request, reply) => {
    if (config.METRICS_TOKEN && !hasToken(request, config.METRICS_TOKEN))
      return reply.code(401).header('www-authenticate', 'Bearer').send({ status: 'unauthorized' });
    const { text, type } = await metrics.read();
    return reply.type(type).send(text);
  });
}

async function isReachable({ query }: Deps['database']): Promise<boolean> {
  const timer = new AbortController();
  const result = query(sql`select 1`).then(
    () => true,
    () => false,
  );
  const timeout = sleep(READY_TIMEOUT, false, { signal: timer.signal }).catch(() => false);
  return Promise.race([result, timeout]).finally(() => timer.abort());
}

function hasToken({ headers }: FastifyRequest, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`));
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Makes /readyz fail, so that the load balancer stops routing here. Requests are still served. */
    drain(): void;
  }
}
