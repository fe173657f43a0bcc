import { openTestApp } from '../harness.ts';
import type { RawRequest } from './requests.ts';

const ADMIN = '+79997654321';

/** An app, and requests to it that must never fail with a 5xx status. Close it in afterAll. */
export async function openTarget() {
  const opened = await openTestApp({
    env: { ADMIN_PHONES: ADMIN, TEST_PHONES: `${ADMIN}:1234` },
  });

  return {
    app: opened,
    async send({ method, url, body }: RawRequest, headers: Record<string, string> = {}) {
      const { statusCode, payload } = await opened.app.inject({
        method: method as 'GET',
        url,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { payload: body }),
      });
      if (statusCode >= 500) throw new Error(`${statusCode}: ${method} ${url} ${body}\n${payload}`);
      return { status: statusCode, payload };
    },
    /** The headers of a signed-in admin, who reaches every procedure. */
    async asAdmin() {
      const { accessToken } = await opened.signIn(ADMIN);
      return { authorization: `Bearer ${accessToken}` };
    },
    close: () => opened.close(),
  };
}

export type Target = Awaited<ReturnType<typeof openTarget>>;
