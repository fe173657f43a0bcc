import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { deriveSecrets } from '../../packages/server/src/core/secrets.ts';
import { createAccessTokens } from '../../packages/server/src/sessions/access-tokens.ts';
import { hashToken, newRefreshToken } from '../../packages/server/src/sessions/refresh-tokens.ts';
import { growForest } from '../forest.ts';
import { people } from '../people.ts';
import { seed } from '../seed.ts';

const USERS = 10_000;
export const APP_SECRET = 'bench-only-'.repeat(4);

export interface User {
  id: string;
  phone: string;
  /** Everyone's number is a multiple of 5 who has one. */
  email: string;
  inviteCode: string;
  token: string;
  refreshToken: string;
}

export interface Newcomer extends User {
  referrerId: string;
  /** The referrer's */
  code: string;
}

export type Ground = Awaited<ReturnType<typeof prepare>>;

/** A database of its own with 10,000 users on it, some of them signed in; dropped by `drop`. */
export async function prepare(server: string) {
  const name = `invitree_bench_speed_${process.pid}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await seed(url.href, USERS, () => {});
  const client = new Client({ connectionString: url.href });
  await client.connect();
  const secrets = deriveSecrets([APP_SECRET]);
  const accessTokens = await createAccessTokens({
    keys: secrets.signing,
    ttl: 86_400,
    clock: Date.now,
  });
  const { rows } = await client.query<{ epoch: Date }>('select epoch from bench_seed');
  const forest = growForest(USERS);
  const { id, code, email } = people(forest, Number(rows[0]?.epoch));
  let codes = 0;
  const withReferees = (count: number) => forest.count.indexOf(count, forest.line + 2);
  return {
    url: url.href,
    publicKey: JSON.stringify(accessTokens.jwks.keys[0]),
    /** Have 0, 10 and 1,000 referees. */
    subjects: await signIn([withReferees(0), withReferees(10), 0].map(seeded)),
    regulars: await signIn(Array.from({ length: 2000 }, (_, i) => seeded(i * 5))),
    /** Everybody's: a phone's row keeps the times of the codes of a day, of which nobody gets hundreds. */
    phones: Array.from({ length: USERS }, (_, i) => seeded(i).phone).filter(
      // The one range in use here that nobody has been given.
      (phone) => !phone.startsWith('+79300'),
    ),
    /**
     * So many who are about to activate, signed in, each with a code. No code has more than 4 of them:
     * all come from one address, and from 5 on the rules against abuse would look closer.
     */
    async newcomers(count: number): Promise<Newcomer[]> {
      const referrers = Array.from({ length: Math.ceil(count / 4) }, () => ({
        id: uuidv7(),
        code: `B-${(codes++).toString(36).toUpperCase().padStart(8, '0')}`,
      }));
      const ids = Array.from({ length: count }, () => uuidv7());
      await client.query('insert into users (id, created_at) select unnest($1::uuid[]), now()', [
        [...referrers.map(({ id }) => id), ...ids],
      ]);
      await client.query(
        `insert into invite_codes (code, user_id, created_at)
         select unnest($1::text[]), unnest($2::uuid[]), now()`,
        [referrers.map(({ code }) => code), referrers.map(({ id }) => id)],
      );
      const users = await signIn(ids.map((id) => ({ id, phone: '', email: '', inviteCode: '' })));
      return users.map((user, i) => {
        const { id, code } = referrers[i % referrers.length] as { id: string; code: string };
        return { ...user, referrerId: id, code };
      });
    },
    client,
    async drop() {
      await client.end();
      await drop(server, name);
    },
  };

  function seeded(i: number) {
    const [, phone = ''] = people(forest, 0).tables.users.row(i).split('\t');
    return { id: id(i), phone, email: email(i), inviteCode: code(i) };
  }

  async function signIn(users: Omit<User, 'token' | 'refreshToken'>[]): Promise<User[]> {
    const signed = await Promise.all(
      users.map(async (user) => {
        const sessionId = uuidv7();
        const token = await accessTokens.sign({ userId: user.id, sessionId }, 'http://127.0.0.1');
        return { ...user, sessionId, token, refreshToken: newRefreshToken() };
      }),
    );
    await client.query(
      `insert into sessions (id, user_id, transport, created_at, last_used_at, expires_at)
       select unnest($1::uuid[]), unnest($2::uuid[]), 'bearer', now(), now(), now() + interval '30 days'`,
      [signed.map(({ sessionId }) => sessionId), signed.map(({ id }) => id)],
    );
    await client.query(
      `insert into refresh_tokens (hash, session_id, created_at)
       select unnest($1::bytea[]), unnest($2::uuid[]), now()`,
      [
        signed.map(({ refreshToken }) => hashToken(refreshToken)),
        signed.map(({ sessionId }) => sessionId),
      ],
    );
    return signed;
  }
}

async function drop(server: string, name: string): Promise<void> {
  const url = new URL(server);
  url.pathname = '/postgres';
  const admin = new Client({ connectionString: url.href });
  await admin.connect();
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.end();
}
