import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopServices } from '../services/cleanup.ts';
import { newPhone, startProduction } from './production.ts';

let service: Awaited<ReturnType<typeof startProduction>>;
beforeAll(async () => {
  service = await startProduction();
});
afterAll(stopServices, 60_000);

type SignedIn = Awaited<ReturnType<typeof service.signIn>>;

const signUps = (count: number) =>
  Promise.all(Array.from({ length: count }, () => service.signIn()));

const activate = ({ token }: SignedIn, inviteCode: string, client: object) =>
  service
    .call('POST /referral/activate', { token, body: { inviteCode }, ...client })
    .then(({ status, reason }) => (status === 200 ? 'activated' : (reason as string)));

async function replaceCode({ token }: SignedIn): Promise<string> {
  await service.call('DELETE /referral/code', { token });
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const { body } = await service.call('POST /referral/code', { token, body: { expiresAt } });
  return body.code;
}

const count = (outcomes: string[], outcome: string) =>
  outcomes.filter((one) => one === outcome).length;

test('a new invite code every 5 activations buys no more of them', async () => {
  const [referrer, ...fakes] = (await signUps(26)) as [SignedIn, ...SignedIn[]];
  let code = referrer.user.inviteCode;
  const outcomes = [];
  for (const [n, fake] of fakes.entries()) {
    if (n % 5 === 4) code = await replaceCode(referrer);
    outcomes.push(await activate(fake, code, { ip: '198.51.100.1' }));
  }
  expect(outcomes.slice(0, 5)).toEqual(Array(5).fill('activated'));
  expect(count(outcomes, 'ACTIVATION_REFUSED')).toBe(20);
  const findings = await service.database.prisma.referralFinding.findMany({
    where: { referrerId: referrer.user.id, refused: true },
  });
  expect(findings.filter(({ rule }) => rule === 'device_burst')).toHaveLength(20);
});

test('25 parallel activations of one device on two instances bring 5', async () => {
  const [referrer, ...fakes] = (await signUps(26)) as [SignedIn, ...SignedIn[]];
  const { inviteCode } = referrer.user;
  const outcomes = await Promise.all(
    fakes.map((fake) => activate(fake, inviteCode, { ip: '198.51.100.2' })),
  );
  expect(count(outcomes, 'activated')).toBe(5);
  expect(count(outcomes, 'ACTIVATION_REFUSED')).toBe(20);
});

test('an address with invented devices brings 10', async () => {
  const [referrer, ...fakes] = (await signUps(21)) as [SignedIn, ...SignedIn[]];
  const { inviteCode } = referrer.user;
  const outcomes = [];
  for (const [n, fake] of fakes.entries())
    outcomes.push(
      await activate(fake, inviteCode, { ip: '2001:db8:1::1', userAgent: `Browser ${n}` }),
    );
  expect(count(outcomes, 'activated')).toBe(10);
});

test('deleting the accounts that activated makes no room for more', async () => {
  const [referrer, ...fakes] = (await signUps(9)) as [SignedIn, ...SignedIn[]];
  const { inviteCode } = referrer.user;
  const client = { ip: '198.51.100.3' };
  for (const fake of fakes.slice(0, 5)) {
    expect(await activate(fake, inviteCode, client)).toBe('activated');
    const { token } = fake;
    expect((await service.call('DELETE /profile?confirm=true', { token })).status).toBe(200);
  }
  for (const fake of fakes.slice(5))
    expect(await activate(fake, inviteCode, client)).toBe('ACTIVATION_REFUSED');
});

test('people at other addresses still activate during an attack', async () => {
  const [referrer, ...fakes] = (await signUps(10)) as [SignedIn, ...SignedIn[]];
  const { inviteCode } = referrer.user;
  for (const fake of fakes) await activate(fake, inviteCode, { ip: '198.51.100.4' });
  const guest = await service.signIn();
  expect(await activate(guest, inviteCode, { ip: '203.0.113.9' })).toBe('activated');
});

test('a phone and an email that were replaced before the deletion are recognised', async () => {
  const { call, code, database } = service;
  const referrer = await service.signIn();
  const first = await service.signIn();
  const password = 'a long enough password';
  const second = newPhone();
  await call('POST /auth/code', { body: { phone: second } });
  const { token } = first;
  const body = { phone: second, code };
  expect((await call('POST /auth/link/phone', { token, body })).status).toBe(200);
  for (const [email, currentPassword] of [['old@example.com'], ['new@example.com', password]])
    expect(
      await call('POST /auth/password', { token, body: { email, password, currentPassword } }),
    ).toMatchObject({ status: 200 });
  expect((await call('DELETE /profile?confirm=true', { token })).status).toBe(200);
  expect(await database.prisma.formerIdentity.count()).toBe(0);

  const again = await service.signIn(first.phone);
  const byEmail = await service.signIn();
  expect(
    await call('POST /auth/password', {
      token: byEmail.token,
      body: { email: 'old@example.com', password },
    }),
  ).toMatchObject({ status: 200 });
  for (const account of [again, byEmail]) await activate(account, referrer.user.inviteCode, {});
  const findings = await database.prisma.referralFinding.findMany({
    where: { rule: 'after_deletion', referrerId: referrer.user.id },
  });
  expect(findings.map(({ refereeId }) => refereeId).sort()).toEqual(
    [again.user.id, byEmail.user.id].sort(),
  );
});
