import { newPhone, openTestApp, type TestOptions } from '../../server/test/harness.ts';
import { type ClientOptions, createClient } from '../src/index.ts';

/** An app that listens on a free port, and clients of it. Close it in afterAll. */
export async function listen(options?: TestOptions) {
  const opened = await openTestApp(options);
  const url = await opened.app.listen({ host: '127.0.0.1', port: 0 });

  /** Signs in with a new phone. `asked` lists the procedures that the client calls from then on. */
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

/** Returns `profile.me,referral.myCode` for `http://…/trpc/profile.me,referral.myCode?batch=1`. */
export function proceduresOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
}

/** A promise that the test settles, to control the order of events. */
export function gate() {
  return Promise.withResolvers<void>();
}

/** Resolves to the error that the call rejects with. */
export async function failure(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('The call did not fail');
}
