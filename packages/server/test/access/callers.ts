import { sealData } from 'iron-session';
import { v7 as uuidv7 } from 'uuid';
import { newPhone, type TestApp } from '../harness.ts';

/**
 * Who calls. The input is about the owner, the referrer invited the owner, and the stranger is
 * unrelated to both. The callers after `admin` have credentials that must be refused.
 */
export const CALLERS = [
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
export type Caller = (typeof CALLERS)[number];

interface User {
  id: string;
  sessionId: string;
  inviteCode: string;
}

export type Fixture = Record<Exclude<Caller, 'anonymous'>, User>;

/** Inserts one user per caller. The owner was invited by the referrer. */
export async function createFixture(app: TestApp): Promise<Fixture> {
  const { prisma } = app.deps.database;
  const now = new Date(app.deps.clock());
  const names = CALLERS.filter((caller) => caller !== 'anonymous');
  const fixture = Object.fromEntries(
    names.map((name) => [
      name,
      { id: uuidv7(), sessionId: uuidv7(), inviteCode: `C${uuidv7().slice(-12)}`.toUpperCase() },
    ]),
  ) as Fixture;
  await prisma.user.createMany({
    data: names.map((name) => ({
      id: fixture[name].id,
      phone: newPhone(),
      role: name === 'admin' ? 'admin' : 'user',
      status: name === 'blocked' ? 'blocked' : 'active',
      createdAt: now,
    })),
  });
  await prisma.session.createMany({
    data: names.map((name) => ({
      id: fixture[name].sessionId,
      userId: fixture[name].id,
      transport: name === 'otherSite' ? 'cookie' : 'bearer',
      createdAt: now,
      lastUsedAt: now,
      reauthenticatedAt: now,
      expiresAt: new Date(+now + (name === 'expiredSession' ? 0 : 3_600_000)),
      revokedAt: name === 'revoked' ? now : null,
    })),
  });
  const { owner, referrer } = fixture;
  await prisma.inviteCode.createMany({
    data: [owner, referrer].map(({ id, inviteCode }) => ({
      code: inviteCode,
      userId: id,
      createdAt: now,
      // The owner's code is the only active one.
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
  return fixture;
}

/** The request headers that authenticate the caller. */
export async function credentialsOf(
  app: TestApp,
  fixture: Fixture,
  caller: Caller,
): Promise<Record<string, string>> {
  if (caller === 'anonymous') return {};
  const { id, sessionId } = fixture[caller];
  if (caller === 'otherSite')
    return { cookie: await sealCookie(app, sessionId), origin: 'https://evil.example' };
  const { config, accessTokens } = app.deps;
  const age = caller === 'expiredToken' ? config.ACCESS_TOKEN_TTL : 0;
  app.advanceClock(-age);
  const token = await accessTokens.sign({ userId: id, sessionId }, 'http://invitree.test');
  app.advanceClock(age);
  return { authorization: `Bearer ${token}` };
}

async function sealCookie(app: TestApp, sid: string): Promise<string> {
  const [newest] = app.deps.secrets.sessionCookie;
  const sealed = await sealData(
    { sid },
    { password: { [newest?.id ?? 0]: newest?.password ?? '' } },
  );
  return `invitree_session=${sealed}`;
}
