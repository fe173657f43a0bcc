/**
 * The minimum cost of a profile on this stack: bare Fastify, jose with a cache of verified tokens,
 * and Invitree's own prepared statement through its own pg client. It has no validation, log,
 * limits or other routes. /constant returns static JSON of the same size, the floor of the floor.
 */
import Fastify from 'fastify';
import { importJWK, type JWK, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { Pool } from 'pg';
import { PostgresClient } from '../../packages/server/src/database/client.ts';
import { selectCallerWithProfile } from '../../packages/server/src/profile/caller-with-profile.ts';

const pool = new Pool({
  connectionString: process.env['DATABASE_URL'],
  max: 10,
  Client: PostgresClient,
});
const key = await importJWK(JSON.parse(process.env['PUBLIC_KEY'] as string) as JWK, 'ES256');
const { text } = selectCallerWithProfile({ clock: Date.now }, '');
const verified = new LRUCache<string, { sid: string; exp: number }>({ max: 20_000 });

interface Row {
  live: boolean;
  userId: string;
  sessionId: string;
  lastUsedAt: Date;
  phoneVerifiedAt: Date | null;
  emailVerifiedAt: Date | null;
}

const constant = JSON.parse(process.env['CONSTANT'] as string);
const app = Fastify();
app.get('/constant', async () => constant);
app.get('/profile', async (request, reply) => {
  const token = (request.headers.authorization ?? '').slice('Bearer '.length);
  let claims = verified.get(token);
  if (!claims) {
    const { payload } = await jwtVerify(token, key);
    claims = payload as { sid: string; exp: number };
    verified.set(token, claims);
  }
  const now = Date.now();
  if (claims.exp * 1000 < now) return reply.code(401).send({ error: 'expired' });
  const values = [new Date(now), claims.sid];
  const { rows } = await pool.query<Row>({ name: 'profile', text, values });
  const [row] = rows;
  if (!row?.live) return reply.code(401).send({ error: 'ended' });
  const {
    live: _,
    userId: __,
    sessionId: ___,
    lastUsedAt: ____,
    phoneVerifiedAt,
    emailVerifiedAt,
    ...profile
  } = row;
  return {
    ...profile,
    phoneVerified: phoneVerifiedAt !== null,
    emailVerified: emailVerifiedAt !== null,
  };
});
process.once('SIGTERM', async () => {
  await app.close();
  await pool.end();
});
console.log(`listens on ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
