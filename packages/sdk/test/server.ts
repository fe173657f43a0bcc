import { newPhone, openTestApp, type TestOptions } from '../../server/test/harness.ts';
import { type ClientOptions, createClient } from '../src/index.ts';

/** The built server on a port of its own, and clients for it. Close it in afterAll. */
export async function listen(options?: TestOptions) {
  const opened = await openTestApp(options);
  const url = await opened.app.listen({ host: '127.0.0.1', port: 0 });

  /** A client that signed in with a new phone, and the procedures it asks for from then on. */
  async function signedIn(more: Partial<ClientOptions> = {}) {
    const asked: string[] = [];
    const send = more.fetch ?? ((to: string, init: RequestInit) => fetch(to, init));
    const client = createClient({
      url,
      retry: { minDelay: 1 },
      ...more,
      fetch(to: string, init: RequestInit) {
        asked.push(proceduresOf(to));
        return send(to, init);
      },
    } as ClientOptions);
    const phone = newPhone();
    const { devCode = '' } = await client.auth.requestCode({ phone });
    const session = await client.auth.verifyCode({ phone, code: devCode });
    asked.length = 0;
    return { client, phone, asked, ...session, accessToken: session.accessToken ?? '' };
  }

  return { ...opened, url, signedIn };
}

/** `http://…/trpc/profile.me,referral.myCode?batch=1` as `profile.me,referral.myCode` */
export function proceduresOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
}

/** Promises that never settle by themselves, for timing by hand. */
export function gate() {
  return Promise.withResolvers<void>();
}

/** What a call rejects with. */
export async function failure(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail');
}
