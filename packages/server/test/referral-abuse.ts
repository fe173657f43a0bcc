import { v7 as uuidv7 } from 'uuid';
import { expect } from 'vitest';
import type { Database } from '../src/database/port.ts';
import { activate } from '../src/referral/activate.ts';
import type { Client } from '../src/sessions/sessions.ts';
import { type TestApp, testApp } from './harness.ts';

export const ADMIN = '+79997654321';

/** Opens an app that trusts `X-Forwarded-For` and exempts 192.0.2.0/24 from address limits. */
export const openAbuseApp = (database: Database, env: Record<string, string> = {}) =>
  testApp({
    database,
    env: {
      TRUST_PROXY: '127.0.0.1',
      ADMIN_PHONES: ADMIN,
      TEST_PHONES: `${ADMIN}:1234`,
      RATE_LIMIT_EXEMPT: '127.0.0.1,192.0.2.0/24',
      ...env,
    },
  });

/** Creates a user directly in the database. */
export async function createUser(app: TestApp, identity: { phone?: string; email?: string } = {}) {
  const { prisma } = app.deps.database;
  const id = uuidv7();
  const inviteCode = id.slice(-12).toUpperCase();
  const createdAt = new Date(app.deps.clock());
  await prisma.user.create({ data: { id, createdAt, ...identity } });
  await prisma.inviteCode.create({ data: { code: inviteCode, userId: id, createdAt } });
  return { id, inviteCode };
}
type User = Awaited<ReturnType<typeof createUser>>;

let lastDevice = 0;

/**
 * Activates the referrer's code from an address, with a device of its own. Returns `activated` or
 * the error's reason.
 */
export function activateFrom(app: TestApp, ip: string, referrer: User, user?: User) {
  lastDevice += 1;
  return activateOn(app, { ip, userAgent: `Device ${lastDevice}` }, referrer, user);
}

/** The same from a client that may activate more than once. */
export async function activateOn(app: TestApp, client: Client, referrer: User, user?: User) {
  const { id: userId } = user ?? (await createUser(app));
  const { inviteCode } = referrer;
  return app.deps.database
    .transaction((tx) => activate(app.deps, tx, { userId, inviteCode, client }))
    .then(
      () => 'activated',
      (error) => error.reason as string,
    );
}

/** Lists the findings about a referrer, as an admin. */
export async function findings(app: TestApp, referrer: User, filter = '') {
  const { accessToken: token } = await app.signIn(ADMIN);
  const { status, body } = await app.rest(
    `GET /admin/findings?limit=100&userId=${referrer.id}${filter}`,
    { token },
  );
  expect(status).toBe(200);
  return body.items as {
    rule: string;
    refused: boolean;
    refereeId: string | null;
    reason: string;
  }[];
}
