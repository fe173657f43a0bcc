import { expect, test } from 'vitest';
import { newPhone, testApp } from '../../test/harness.ts';

const ADMIN = '+79990000001';

test('imports a batch once when it is sent several times concurrently', async () => {
  const app = await testApp({ env: { ADMIN_PHONES: ADMIN } });
  const { accessToken: token } = await app.signIn(ADMIN);
  const phones = Array.from({ length: 60 }, newPhone);
  const send = (kind: string, lines: object[]) =>
    app.rest(`POST /admin/import/${kind}`, { token, body: { lines } });
  const users = phones.map((phone) => ({ phone, inviteCode: `CODE-${phone.slice(-6)}` }));
  const referrals = phones
    .slice(1)
    .map((phone, i) => ({ refereePhone: phone, referrerPhone: phones[Math.floor(i / 3)] }));
  for (const [kind, lines] of [
    ['users', users],
    ['referrals', referrals],
  ] as const) {
    const responses = await Promise.all([1, 2, 3].map(() => send(kind, lines)));
    const total = { created: 0, existing: 0, problems: 0 };
    for (const { status, body } of responses) {
      expect(status).toBe(200);
      total.created += body.created;
      total.existing += body.existing;
      total.problems += body.problems.length;
    }
    expect(total).toEqual({ created: lines.length, existing: 2 * lines.length, problems: 0 });
  }
});
