import { sealData } from 'iron-session';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reason } from '../src/core/errors.ts';
import { type Operation, procedures } from '../src/http/procedures.ts';
import { newPhone, openTestApp, type TestApp } from './harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

/**
 * Who calls. The owner is whom the input is about, the referrer brought the owner, the stranger has
 * nothing to do with either; the others are owners as well, whom something keeps out.
 */
const CALLERS = [
  'anonymous',
  'stranger',
  'referrer',
  'owner',
  'admin',
  'blocked',
  'revoked',
  'expiredSession',
  'expiredToken',
  'otherSite',
] as const;
type Caller = (typeof CALLERS)[number];

/** What each caller is answered: a status of success, or the reason why not. */
type Answers = Record<Caller, number | Reason>;

interface Row {
  /** Valid, and about the owner where it is about anyone. */
  input?: (world: World) => object;
  answers: Answers;
}

/** For anyone: no token is looked at, so that all get the same. */
function open(answer: number | Reason, input?: Row['input']): Row {
  const answers = Object.fromEntries(CALLERS.map((caller) => [caller, answer])) as Answers;
  return { answers, ...(input && { input }) };
}

/** For whoever is signed in, about themselves; `answers` says who is answered otherwise. */
function signedIn(
  answer: number | Reason,
  { input, ...answers }: Partial<Answers> & Pick<Row, 'input'> = {},
): Row {
  return {
    answers: {
      anonymous: 'TOKEN_MISSING',
      stranger: answer,
      referrer: answer,
      owner: answer,
      admin: answer,
      blocked: 'USER_BLOCKED',
      revoked: 'TOKEN_INVALID',
      expiredSession: 'TOKEN_INVALID',
      expiredToken: 'TOKEN_EXPIRED',
      otherSite: 'FORBIDDEN',
      ...answers,
    },
    ...(input && { input }),
  };
}

/** For admins; `answer` is what they get. */
function forAdmins(input: NonNullable<Row['input']>, answer: number | Reason = 200): Row {
  return signedIn('FORBIDDEN', { input, admin: answer });
}

const sameForOtherSite = { otherSite: 200 } as const;

/** Of each procedure, who may call it. A new one wants a row. */
const ACCESS: Record<string, Row> = {
  'auth.requestCode': open(200, () => ({ phone: newPhone() })),
  'auth.verifyCode': open('CODE_EXPIRED', () => ({ phone: newPhone(), code: '1234' })),
  'auth.register': open('INPUT_INVALID', () => ({ email: 'a@example.com', password: 'password' })),
  'auth.login': open('CREDENTIALS_WRONG', () => ({
    email: `${newPhone().slice(1)}@example.com`,
    password: 'wrong password',
  })),
  'auth.refresh': open('TOKEN_INVALID', () => ({ refreshToken: 'unknown' })),
  'auth.logout': signedIn(200),
  'auth.sessions': signedIn(200, sameForOtherSite),
  'auth.revokeSession': signedIn('NOT_FOUND', {
    input: ({ owner }) => ({ id: owner.sessionId }),
    owner: 200,
  }),
  'auth.linkPhone': signedIn('CODE_EXPIRED', {
    input: () => ({ phone: newPhone(), code: '1234' }),
  }),
  'auth.setPassword': signedIn('INPUT_INVALID', { input: () => ({ password: 'password' }) }),

  'profile.me': signedIn(200, sameForOtherSite),
  'profile.update': signedIn(200, { input: () => ({ displayName: 'Anna' }) }),
  'profile.get': signedIn(200, {
    input: ({ owner }) => ({ id: owner.id }),
    stranger: 'FORBIDDEN',
    otherSite: 'FORBIDDEN',
  }),
  'profile.export': signedIn(200, sameForOtherSite),
  'profile.delete': signedIn(200, { input: () => ({ confirm: true }) }),

  'referral.activate': signedIn('INVITE_CODE_NOT_FOUND', {
    input: () => ({ inviteCode: 'NOSUCH' }),
    owner: 'ALREADY_ACTIVATED',
  }),
  'referral.myCode': signedIn(200, sameForOtherSite),
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
  'referral.stats': signedIn(200, sameForOtherSite),
  'referral.tree': signedIn('FORBIDDEN', {
    input: ({ owner }) => ({ userId: owner.id }),
    owner: 200,
    admin: 200,
  }),

  // About the stranger, whose own turn is over by then.
  'admin.listUsers': forAdmins(() => ({})),
  'admin.getUser': forAdmins(({ stranger }) => ({ id: stranger.id })),
  'admin.setStatus': forAdmins(({ stranger }) => ({ id: stranger.id, status: 'blocked' })),
  'admin.setRole': forAdmins(({ stranger }) => ({ id: stranger.id, role: 'user' })),
  'admin.userSessions': forAdmins(({ stranger }) => ({ id: stranger.id })),
  'admin.revokeUserSessions': forAdmins(({ stranger }) => ({ id: stranger.id })),
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

test('every procedure has its row, and there are no others', () => {
  const names = procedures().map(({ name }) => name);
  expect(Object.keys(ACCESS).sort()).toEqual(names.sort());
});

describe.each(procedures().map((operation) => [operation.name, operation] as const))(
  '%s',
  (name, operation) => {
    test.each([
      ['REST', callRest],
      ['tRPC', callTrpc],
    ] as const)('over %s', async (_, call) => {
      const row = ACCESS[name];
      if (!row) throw new Error(`${name} has no row`);
      const world = await newWorld();
      const got: Partial<Answers> = {};
      // The owner comes last: what they may do can be the end of them.
      for (const caller of CALLERS.toSorted((a, b) => +(a === 'owner') - +(b === 'owner'))) {
        const input = row.input?.(world);
        const { status, body } = await call(operation, input, await credentials(world, caller));
        got[caller] = body?.data?.reason ?? status;
      }
      const { status = 200 } = operation.meta;
      const ofFace = (answer: number | Reason) =>
        typeof answer === 'number' && call === callRest ? status : answer;
      const expected = Object.entries(row.answers).map(([caller, answer]) => [
        caller,
        ofFace(answer),
      ]);
      expect(got).toEqual(Object.fromEntries(expected));
    });
  },
);

interface User {
  id: string;
  sessionId: string;
  inviteCode: string;
}

type World = Record<Exclude<Caller, 'anonymous'>, User>;

/** One user for each caller, straight into the database. */
async function newWorld(): Promise<World> {
  const { prisma } = app.deps.database;
  const now = new Date(app.deps.clock());
  const names = CALLERS.filter((caller) => caller !== 'anonymous');
  const world = Object.fromEntries(
    names.map((name) => [
      name,
      { id: uuidv7(), sessionId: uuidv7(), inviteCode: `C${uuidv7().slice(-12)}`.toUpperCase() },
    ]),
  ) as World;
  await prisma.user.createMany({
    data: names.map((name) => ({
      id: world[name].id,
      phone: newPhone(),
      role: name === 'admin' ? 'admin' : 'user',
      status: name === 'blocked' ? 'blocked' : 'active',
      createdAt: now,
    })),
  });
  await prisma.session.createMany({
    data: names.map((name) => ({
      id: world[name].sessionId,
      userId: world[name].id,
      transport: name === 'otherSite' ? 'cookie' : 'bearer',
      createdAt: now,
      lastUsedAt: now,
      expiresAt: new Date(+now + (name === 'expiredSession' ? 0 : 3_600_000)),
      revokedAt: name === 'revoked' ? now : null,
    })),
  });
  const { owner, referrer } = world;
  await prisma.inviteCode.createMany({
    data: [owner, referrer].map(({ id, inviteCode }) => ({
      code: inviteCode,
      userId: id,
      createdAt: now,
      // Only the owner's is there to be deleted.
      retiredAt: id === referrer.id ? now : null,
    })),
  });
  await prisma.referral.create({
    data: {
      refereeId: owner.id,
      referrerId: referrer.id,
      topId: referrer.id,
      inviteCode: referrer.inviteCode,
      activatedAt: now,
    },
  });
  return world;
}

async function credentials(world: World, caller: Caller): Promise<Record<string, string>> {
  if (caller === 'anonymous') return {};
  const { id, sessionId } = world[caller];
  if (caller === 'otherSite')
    return { cookie: await seal(sessionId), origin: 'https://evil.example' };
  const { config, accessTokens } = app.deps;
  const age = caller === 'expiredToken' ? config.ACCESS_TOKEN_TTL : 0;
  app.wait(-age);
  const token = await accessTokens.sign({ userId: id, sessionId }, 'http://invitree.test');
  app.wait(age);
  return { authorization: `Bearer ${token}` };
}

async function seal(sid: string): Promise<string> {
  const [newest] = app.deps.secrets.sessionCookie;
  const sealed = await sealData(
    { sid },
    { password: { [newest?.id ?? 0]: newest?.password ?? '' } },
  );
  return `invitree_session=${sealed}`;
}

function callRest({ meta }: Operation, input: object = {}, headers: Record<string, string>) {
  const { method, path } = meta.openapi;
  const rest = new Map<string, unknown>(Object.entries(input));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(rest.get(name));
    rest.delete(name);
    return value;
  });
  if (method === 'POST' || method === 'PATCH')
    return app.rest(`${method} ${filled}`, { headers, body: Object.fromEntries(rest) });
  const query = new URLSearchParams([...rest].map(([key, value]) => [key, String(value)]));
  return app.rest(`${method} ${filled}?${query}`, { headers });
}

async function callTrpc(
  { type, name }: Operation,
  input: object | undefined,
  headers: Record<string, string>,
) {
  if (input || type === 'query') return app.trpc(`${type} ${name}`, { headers, body: input });
  // As tRPC's own client sends no input.
  const json = { ...headers, 'content-type': 'application/json' };
  const { status, body } = await app.send('POST', `/trpc/${name}`, { headers: json });
  return { status, body: body.error };
}
