import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, testApp } from '../../../test/harness.ts';
import type { Database } from '../../database/port.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe('phones in TEST_PHONES', () => {
  const env = { TEST_PHONES: '+7999*:1234,+79990000000:1111,+79991*:55555' };

  test('have fixed codes, which are not sent and not limited', async () => {
    const app = await testApp({ database, env });
    for (let n = 0; n < 30; n++) {
      const { status, body } = await app.rest('POST /auth/code', {
        body: { phone: '79990000000' },
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({ devCode: '1111', codeLength: 4 });
    }
    expect(app.outbox).toEqual([]);
    const { body } = await app.rest('POST /auth/code', { body: { phone: '+79997777777' } });
    expect(body.devCode).toBe('1234');
    const signedIn = await app.rest('POST /auth/verify', {
      body: { phone: '+79990000000', code: '1111' },
    });
    expect(signedIn.status).toBe(200);
    const [row] = await app.deps.database.prisma.phoneCode.findMany({
      where: { phone: '+79990000000' },
    });
    expect(row?.sentAt).toEqual([]);
  });

  test('have the same limit on wrong codes', async () => {
    const app = await testApp({ database, env });
    const phone = '+79990000001';
    let wrong = 0;
    for (let n = 0; n < 30; n++) {
      await app.rest('POST /auth/code', { body: { phone } });
      const { body } = await app.rest('POST /auth/verify', { body: { phone, code: '0000' } });
      if (body.data.reason === 'CODE_WRONG') wrong += 1;
    }
    expect(wrong).toBe(8);
  });
});
