import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeFor, PASSWORD } from '../../test/accounts.ts';
import { newPhone, openTestApp, openTestDatabase, type TestApp } from '../../test/harness.ts';
import type { Database } from '../database/port.ts';

const ADMIN = '+79990000001';

/** The texts, without values, of the statements sent since the list was last emptied. */
const sent: string[] = [];
let database: Database;
let app: TestApp;
beforeAll(async () => {
  database = await openTestDatabase();
  app = await openTestApp({
    database: {
      ...database,
      query: (statement) => {
        sent.push(statement.text);
        return database.query(statement);
      },
      transaction: (work) =>
        database.transaction((tx) =>
          work({
            query: (statement) => {
              sent.push(statement.text);
              return tx.query(statement);
            },
          }),
        ),
    },
    env: { ADMIN_PHONES: ADMIN },
  });
});
afterAll(async () => {
  await app.close();
  await database.close();
});

/** The one statement of `request` that writes to `table`, without its outer indentation. */
async function statementOn(
  table: string,
  request: () => Promise<{ status: number }>,
): Promise<string> {
  sent.length = 0;
  expect((await request()).status).toBeLessThan(300);
  const writes = sent.filter((text) => new RegExp(`(into|update) ${table}\\b`).test(text));
  expect(writes).toHaveLength(1);
  const lines = (writes[0] as string).split('\n').filter((line) => line.trim() !== '');
  const indent = Math.min(...lines.map((line) => line.search(/\S/)));
  return `${lines.map((line) => line.slice(indent).trimEnd()).join('\n')}\n`;
}

test.each([
  ['a user', newPhone(), 'sign-in-by-phone'],
  ['an admin', ADMIN, 'sign-in-by-phone-as-admin'],
])('signs in %s by phone with one statement', async (_, phone, name) => {
  const body = { phone, code: await codeFor(app, phone) };
  const statement = await statementOn('sessions', () => app.rest('POST /auth/verify', { body }));
  await expect(statement).toMatchFileSnapshot(`./sql/${name}.sql`);
});

test('opens a session with one statement at password sign-in and registration', async () => {
  const body = { email: 'user@example.com', password: PASSWORD };
  const registered = await statementOn('sessions', () => app.rest('POST /auth/register', { body }));
  const statement = await statementOn('sessions', () => app.rest('POST /auth/login', { body }));
  await expect(statement).toMatchFileSnapshot('./sql/sign-in-by-password.sql');
  await expect(registered).toMatchFileSnapshot('./sql/open-session-of-new-account.sql');
});

test('links a phone with one statement', async () => {
  const { accessToken: token } = await app.signIn();
  const phone = newPhone();
  const body = { phone, code: await codeFor(app, phone) };
  const statement = await statementOn('users', () =>
    app.rest('POST /auth/link/phone', { token, body }),
  );
  await expect(statement).toMatchFileSnapshot('./sql/link-phone.sql');
});

test('rotates a refresh token with one statement', async () => {
  const { refreshToken } = await app.signIn();
  const statement = await statementOn('sessions', () =>
    app.rest('POST /auth/refresh', { body: { refreshToken } }),
  );
  await expect(statement).toMatchFileSnapshot('./sql/refresh.sql');
});
