import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopServices } from '../services/cleanup.ts';
import { startProduction } from './production.ts';

let service: Awaited<ReturnType<typeof startProduction>>;
beforeAll(async () => {
  service = await startProduction();
});
afterAll(stopServices, 60_000);

const expiresAt = new Date(Date.now() + 86_400_000).toISOString();

async function attacker() {
  const { token, user } = await service.signIn();
  const create = (code?: string) =>
    service.call('POST /referral/code', { token, body: { expiresAt, code } });
  const remove = () => service.call('DELETE /referral/code', { token });
  await remove();
  return { id: user.id as string, create, remove };
}

test('one account burns no more than 10 words an hour, whatever it does', async () => {
  const { id, create, remove } = await attacker();
  for (let n = 0; n < 60; n++) {
    await Promise.all([create(`WORD-${n}`), create(`WORT-${n}`)]);
    await remove();
  }
  const codes = await service.database.prisma.inviteCode.findMany({ where: { userId: id } });
  const burned = codes.filter(({ code }) => code.startsWith('WOR'));
  expect(burned.length).toBeGreaterThan(0);
  expect(burned.length).toBeLessThanOrEqual(10);
  expect(await create('ONE-MORE')).toMatchObject({ status: 429, reason: 'RATE_LIMITED' });
});

test('an account that has had 100 codes chooses no more, but gets a random one', async () => {
  const { id, create } = await attacker();
  const now = new Date();
  await service.database.prisma.inviteCode.createMany({
    data: Array.from({ length: 99 }, (_, n) => ({
      code: `${id.slice(-12).toUpperCase()}-${n}`,
      userId: id,
      createdAt: now,
      retiredAt: now,
    })),
  });
  expect(await create('LAST-ONE')).toMatchObject({ reason: 'INVITE_CODE_LIMIT' });
  expect((await create()).status).toBe(201);
});

test('nobody passes for the service', async () => {
  const { create } = await attacker();
  for (const code of ['ADMIN', '5upp0rt', 'invitree-help', 'A-D-M-I-N'])
    expect([code, (await create(code)).reason]).toEqual([code, 'INPUT_INVALID']);
});

test('codes have a letter or digit at each end', async () => {
  const { create } = await attacker();
  for (const code of ['----', '-ANNA', 'ANNA-'])
    expect([code, (await create(code)).reason]).toEqual([code, 'INPUT_INVALID']);
  expect((await create('ANNA--1')).status).toBe(201);
});
