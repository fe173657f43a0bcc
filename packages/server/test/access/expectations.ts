import type { Reason } from '../../src/core/errors.ts';
import { newPhone } from '../harness.ts';
import { CALLERS, type Caller, type Fixture } from './callers.ts';

/** What each caller gets: the status of a successful response, or the reason of the error. */
export type Outcomes = Record<Caller, number | Reason>;

interface Expectation {
  /** Valid input, about the owner if it is about a user. */
  input?: (fixture: Fixture) => object;
  outcomes: Outcomes;
}

/** Public procedures ignore credentials, so every caller gets the same. */
function open(outcome: number | Reason, input?: Expectation['input']): Expectation {
  const outcomes = Object.fromEntries(CALLERS.map((caller) => [caller, outcome])) as Outcomes;
  return { outcomes, ...(input && { input }) };
}

/** For any signed-in user, about themselves. `exceptions` are callers with other outcomes. */
function signedIn(
  outcome: number | Reason,
  { input, ...exceptions }: Partial<Outcomes> & Pick<Expectation, 'input'> = {},
): Expectation {
  return {
    outcomes: {
      anonymous: 'TOKEN_MISSING',
      stranger: outcome,
      referrer: outcome,
      owner: outcome,
      admin: outcome,
      blocked: 'USER_BLOCKED',
      revoked: 'TOKEN_INVALID',
      expiredSession: 'TOKEN_INVALID',
      expiredToken: 'TOKEN_EXPIRED',
      otherSite: 'FORBIDDEN',
      ...exceptions,
    },
    ...(input && { input }),
  };
}

/** For admins only. */
function forAdmins(
  input: NonNullable<Expectation['input']>,
  outcome: number | Reason = 200,
): Expectation {
  return signedIn('FORBIDDEN', { input, admin: outcome });
}

/** Queries with a cookie are safe from other origins; only mutations are refused. */
const allowedFromOtherSite = { otherSite: 200 } as const;

/** Who may call each procedure. A new procedure needs an entry. */
export const EXPECTATIONS: Record<string, Expectation> = {
  'auth.requestCode': open(200, () => ({ phone: newPhone() })),
  'auth.verifyCode': open('CODE_WRONG', () => ({ phone: newPhone(), code: '1234' })),
  'auth.register': open('INPUT_INVALID', () => ({ email: 'a@example.com', password: 'password' })),
  'auth.login': open('CREDENTIALS_WRONG', () => ({
    email: `${newPhone().slice(1)}@example.com`,
    password: 'wrong password',
  })),
  'auth.refresh': open('TOKEN_INVALID', () => ({ refreshToken: 'unknown' })),
  'auth.logout': signedIn(200),
  'auth.sessions': signedIn(200, allowedFromOtherSite),
  'auth.revokeSession': signedIn('NOT_FOUND', {
    input: ({ owner }) => ({ id: owner.sessionId }),
    owner: 200,
  }),
  'auth.reauthenticate': signedIn('CREDENTIALS_WRONG', {
    input: () => ({ password: 'wrong password' }),
  }),
  'auth.linkPhone': signedIn('CODE_WRONG', {
    input: () => ({ phone: newPhone(), code: '1234' }),
  }),
  'auth.setPassword': signedIn('INPUT_INVALID', { input: () => ({ password: 'password' }) }),

  'profile.me': signedIn(200, allowedFromOtherSite),
  'profile.update': signedIn(200, { input: () => ({ displayName: 'Anna' }) }),
  'profile.get': signedIn(200, {
    input: ({ owner }) => ({ id: owner.id }),
    stranger: 'FORBIDDEN',
    otherSite: 'FORBIDDEN',
  }),
  'profile.export': signedIn(200, allowedFromOtherSite),
  'profile.delete': signedIn(200, { input: () => ({ confirm: true }) }),

  'referral.activate': signedIn('INVITE_CODE_NOT_FOUND', {
    input: () => ({ inviteCode: 'NOSUCH' }),
    owner: 'ALREADY_ACTIVATED',
  }),
  'referral.myCode': signedIn(200, allowedFromOtherSite),
  'referral.createCode': signedIn('INPUT_INVALID', {
    input: () => ({ expiresAt: '2000-01-01T00:00:00Z' }),
  }),
  'referral.deleteCode': signedIn('INVITE_CODE_NOT_FOUND', { owner: 200 }),
  'referral.checkCode': open(200, ({ owner }) => ({ code: owner.inviteCode })),
  'referral.findByEmail': signedIn('INVITE_CODE_NOT_FOUND', {
    input: () => ({ email: 'nobody@example.com' }),
  }),
  'referral.list': signedIn('FORBIDDEN', {
    input: ({ owner }) => ({ userId: owner.id }),
    owner: 200,
    admin: 200,
  }),
  'referral.stats': signedIn(200, allowedFromOtherSite),
  'referral.tree': signedIn('FORBIDDEN', {
    input: ({ owner }) => ({ userId: owner.id }),
    owner: 200,
    admin: 200,
  }),

  // About the stranger, who calls before the admin: blocking them changes no other outcome.
  'admin.listUsers': forAdmins(() => ({})),
  'admin.getUser': forAdmins(({ stranger }) => ({ id: stranger.id })),
  'admin.unlockUser': forAdmins(({ stranger }) => ({ id: stranger.id })),
  'admin.setStatus': forAdmins(({ stranger }) => ({ id: stranger.id, status: 'blocked' })),
  'admin.setRole': forAdmins(({ stranger }) => ({ id: stranger.id, role: 'user' })),
  'admin.userSessions': forAdmins(({ stranger }) => ({ id: stranger.id })),
  'admin.revokeUserSessions': forAdmins(({ stranger }) => ({ id: stranger.id })),
  // The owner calls after the admin.
  'admin.endAllSessions': signedIn('FORBIDDEN', { admin: 200, owner: 'TOKEN_INVALID' }),
  'admin.userCodes': forAdmins(({ stranger }) => ({ id: stranger.id })),
  'admin.revokeCode': forAdmins(({ owner }) => ({ code: owner.inviteCode })),
  'admin.ancestors': forAdmins(({ stranger }) => ({ id: stranger.id })),
  'admin.stats': forAdmins(() => ({})),
  'admin.audit': forAdmins(() => ({})),
  'admin.findings': forAdmins(() => ({})),
  'admin.exportUsers': forAdmins(() => ({})),
  'admin.exportReferrals': forAdmins(() => ({})),
  'admin.importUsers': forAdmins(() => ({}), 'INPUT_INVALID'),
  'admin.importReferrals': forAdmins(() => ({}), 'INPUT_INVALID'),
};
