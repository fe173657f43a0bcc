import { newPhone, type TestApp } from './harness.ts';

export const PROTOCOLS = ['rest', 'trpc'] as const;
type Protocol = (typeof PROTOCOLS)[number];

/** Signs in as a browser does. Returns the response, and the cookie to send. */
export async function browserSignIn(app: TestApp, headers: Record<string, string> = {}) {
  const phone = newPhone();
  const { body: requested } = await app.rest('POST /auth/code', { body: { phone } });
  const response = await app.rest('POST /auth/verify', {
    body: { phone, code: requested.devCode, transport: 'cookie' },
    headers,
  });
  const attributes = setCookie(response);
  return { ...response, attributes, cookie: attributes.split(';')[0] ?? '' };
}

/** The Set-Cookie header of a response, or an empty string. */
export function setCookie({ headers }: { headers: Record<string, unknown> }): string {
  return String(headers['set-cookie'] ?? '');
}

/** Reads the caller's profile. */
export function me(app: TestApp, protocol: Protocol, headers: Record<string, string>) {
  return protocol === 'rest'
    ? app.rest('GET /profile', { headers })
    : app.trpc('query profile.me', { headers });
}

/** Changes the caller's display name to Anna. */
export function rename(app: TestApp, protocol: Protocol, headers: Record<string, string>) {
  const call = { headers, body: { displayName: 'Anna' } };
  return protocol === 'rest'
    ? app.rest('PATCH /profile', call)
    : app.trpc('mutation profile.update', call);
}
