import type { TestApp } from './harness.ts';

export const PASSWORD = 'correct horse battery';

let lastEmail = 0;

/** An email, unique within a test file. */
export function newEmail(): string {
  lastEmail += 1;
  return `user${lastEmail}@example.com`;
}

/** Registers with PASSWORD, unless `body` has another. */
export function register(app: TestApp, body: object) {
  return app.rest('POST /auth/register', { body: { password: PASSWORD, ...body } });
}

/** Registers with a new email. */
export async function newAccount(app: TestApp) {
  const email = newEmail();
  const { body } = await register(app, { email });
  return { email, id: body.user.id as string, token: body.accessToken as string };
}

/** Signs in by password from the address `ip`. */
export async function logIn(
  app: TestApp,
  {
    email,
    password = PASSWORD,
    ip = '127.0.0.1',
  }: { email: string; password?: string; ip?: string },
) {
  const response = await app.app.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    payload: { email, password },
    remoteAddress: ip,
  });
  return { status: response.statusCode, body: response.json(), headers: response.headers };
}

/** Requests a one-time code and returns it. */
export async function codeFor(app: TestApp, phone: string): Promise<string> {
  const { body } = await app.rest('POST /auth/code', { body: { phone } });
  return body.devCode;
}

export function linkPhone(app: TestApp, token: string, body: { phone: string; code: string }) {
  return app.rest('POST /auth/link/phone', { token, body });
}
