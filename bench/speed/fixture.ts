import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { deriveSecrets } from '../../packages/server/src/core/secrets.ts';
import { createAccessTokens } from '../../packages/server/src/sessions/access-tokens.ts';
import { hashToken, newRefreshToken } from '../../packages/server/src/sessions/refresh-tokens.ts';
import { dropDatabase } from '../database.ts';
import { generateForest } from '../forest.ts';
import { seed } from '../seed.ts';
import { generateUsers } from '../users.ts';

const USERS = 10_000;
export const APP_SECRET = 'bench-only-'.repeat(4);

export interface User {
  id: string;
  phone: string;
  /** Only users whose number is a multiple of 5 have one. */
  email: string;
  inviteCode: string;
  token: string;
  refreshToken: string;
}

export interface NewUser extends User {
  referrerId: string;
  referrerCode: string;
}

export type Fixture = Awaited<ReturnType<typeof createFixture>>;

/** Creates a database with 10,000 users, some of them signed in. Call `drop` to delete it. */
export async function createFixture(server: string) {
  const url = new URL(server);
  url.pathname = `/invitree_bench_speed_${process.pid}`;
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
  const forest = generateForest(USERS);
  const { id, inviteCode, email } = generateUsers(forest, Number(rows[0]?.epoch));
  let codes = 0;
  const userWithReferees = (count: number) => forest.count.indexOf(count, forest.chain + 2);
  return {
    url: url.href,
    publicKey: JSON.stringify(accessTokens.jwks.keys[0]),
    /** Users with 0, 10 and 1,000 referees. */
    profileUsers: await signIn([userWithReferees(0), userWithReferees(10), 0].map(seededUser)),
    regulars: await signIn(Array.from({ length: 2000 }, (_, i) => seededUser(i * 5))),
    /** All users' phones. A row stores a day's codes, and no real phone gets hundreds of them. */
    phones: Array.from({ length: USERS }, (_, i) => seededUser(i).phone).filter(
      // Not an assigned range, so the server would reject these numbers.
      (phone) => !phone.startsWith('+79300'),
    ),
    /**
     * Creates signed-in users, each with a referrer's code to activate. At most 4 share a code: all
     * requests come from one address, and the abuse rules inspect 5 or more activations from one.
     */
    async createNewUsers(count: number): Promise<NewUser[]> {
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
        return { ...user, referrerId: id, referrerCode: code };
      });
    },
    client,
    async drop() {
      await client.end();
      await dropDatabase(url.href);
    },
  };

  function seededUser(i: number) {
    const [, phone = ''] = generateUsers(forest, 0).tables.users.row(i).split('\t');
    return { id: id(i), phone, email: email(i), inviteCode: inviteCode(i) };
  }

  async function signIn(users: Omit<User, 'token' | 'refreshToken'>[]): Promise<User[]> {
    const signedIn = await Promise.all(
      users.map(async (user) => {
        const sessionId = uuidv7();
        const token = await accessTokens.sign({ userId: user.id, sessionId }, 'http://127.0.0.1');
        return { ...user, sessionId, token, refreshToken: newRefreshToken() };
      }),
    );
    await client.query(
      `insert into sessions (id, user_id, transport, created_at, last_used_at, expires_at)
       select unnest($1::uuid[]), unnest($2::uuid[]), 'bearer', now(), now(), now() + interval '30 days'`,
      [signedIn.map(({ sessionId }) => sessionId), signedIn.map(({ id }) => id)],
    );
    await client.query(
      `insert into refresh_tokens (hash, session_id, created_at)
       select unnest($1::bytea[]), unnest($2::uuid[]), now()`,
      [
        signedIn.map(({ refreshToken }) => hashToken(secrets, refreshToken)),
        signedIn.map(({ sessionId }) => sessionId),
      ],
    );
    return signedIn;
  }
}
