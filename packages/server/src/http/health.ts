import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import sql from 'sql-template-tag';
import type { Deps } from '../deps.ts';
import { NEVER_SHED } from './hardening.ts';

/** Milliseconds: a balancer that waits for longer has given up. */
const READY_WITHIN = 2_000;

/** For those who run the service: does it live, may it have requests, how is it doing. */
export function serveHealth(app: FastifyInstance, { config, database, metrics }: Deps): void {
  app.get('/healthz', NEVER_SHED, async () => ({ status: 'ok' }));

  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.decorate('drain', () => {
    stopping = true;
  });
  // So that those who are connected already do not come back to a closing door.
  app.addHook('onRequest', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
  // Without Redis much still works, on each instance alike: to take them all away would end that too.
  app.get('/readyz', NEVER_SHED, async (_request, reply) => {
    if (!stopping && (await answers(database))) return { status: 'ok' };
    const status = stopping ? 'stopping' : 'unavailable';
    return reply.code(503).header('retry-after', 5).send({ status });
  });

  app.get('/metrics', NEVER_SHED, async (request, reply) => {
    if (config.METRICS_TOKEN && !bears(request, config.METRICS_TOKEN))
      return reply.code(401).header('www-authenticate', 'Bearer').send({ status: 'unauthorized' });
    const { text, type } = await metrics.read();
    return reply.type(type).send(text);
  });
}

async function answers({ query }: Deps['database']): Promise<boolean> {
  const late = new AbortController();
  const asked = query(sql`select 1`).then(
    () => true,
    () => false,
  );
  const tooLate = sleep(READY_WITHIN, false, { signal: late.signal }).catch(() => false);
  return Promise.race([asked, tooLate]).finally(() => late.abort());
}

function bears({ headers }: FastifyRequest, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`));
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Makes /readyz say no, so that no new requests are sent here; those that are, are answered. */
    drain(): void;
  }
}
