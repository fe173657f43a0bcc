import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAsAdmin } from '../../test/admin-import.ts';
import { newPhone } from '../../test/harness.ts';

let here: Awaited<ReturnType<typeof openAsAdmin>>;
beforeAll(async () => {
  here = await openAsAdmin();
});
afterAll(() => here?.app.close());

test('imports only invite codes that a user may choose', async () => {
  const codes = ['ADMIN', 'SUPP0RT-1', '----', 'ANNA-', 'F-U-C-K', 'anna-2021'];
  const lines = codes.map((inviteCode) => ({ phone: newPhone(), inviteCode }));
  const { created, problems } = await here.importLines('users', lines);
  expect(created).toBe(1);
  expect(problems).toEqual(
    [0, 1, 2, 3, 4].map((index) => ({ index, field: 'inviteCode', reason: 'INPUT_INVALID' })),
  );
});
