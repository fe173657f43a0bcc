import { logIn } from '../auth/log-in.ts';
import type { IssuedSession } from '../auth/new-session.ts';
import { signInByPhone } from '../auth/sign-in.ts';
import { normalizeEmail } from '../core/email.ts';
import { parsePhone } from '../core/phone.ts';
import type { Deps } from '../deps.ts';
import type { Client } from '../sessions/sessions.ts';

interface ResourceOwner {
  /** A phone or an email address. */
  username: string;
  /** A password or, with a phone, a one-time code. */
  password: string;
  client: Client;
}

/**
 * Signs in with the password grant, by email or phone.
 * @throws DomainError PHONE_INVALID and the reasons of `auth.login` and `auth.verifyCode`
 */
export function signInResourceOwner(
  deps: Deps,
  { username, password, client }: ResourceOwner,
): Promise<IssuedSession> {
  const session = { transport: 'bearer', client } as const;
  if (username.includes('@')) {
    const account = { email: normalizeEmail(username.trim()) };
    return logIn(deps, { account, password, ...session });
  }
  const phone = parsePhone(username, deps.config.DEFAULT_REGION);
  return isOneTimeCode(deps, password)
    ? signInByPhone(deps, { phone, code: password, ...session })
    : logIn(deps, { account: { phone }, password, ...session });
}

/** Passwords have at least 8 characters, so only codes of 8 or more digits are ambiguous. */
function isOneTimeCode({ config }: Deps, text: string): boolean {
  return /^\d{4,10}$/.test(text) && (text.length < 8 || text.length === config.CODE_LENGTH);
}
