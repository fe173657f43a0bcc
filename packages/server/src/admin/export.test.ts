import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ADMIN, openAsAdmin } from '../../test/admin-import.ts';
import { newPhone } from '../../test/harness.ts';

let here: Awaited<ReturnType<typeof openAsAdmin>>;
beforeAll(async () => {
  here = await openAsAdmin();
});
afterAll(() => here?.app.close());

test('exports in pages what another installation imports unchanged', async () => {
  const phones = Array.from({ length: 7 }, newPhone);
  await here.importLines('users', [
    ...phones.map((phone, i) => ({
      phone,
      displayName: `User ${i}`,
      createdAt: `201${i}-01-01T00:00:00.000Z`,
    })),
    { phone: newPhone(), email: 'anna@example.com', inviteCode: 'ANNA-2020' },
    { phone: newPhone(), status: 'blocked' },
  ]);
  await here.importLines(
    'referrals',
    phones.slice(1).map((phone, i) => ({
      refereePhone: phone,
      referrerPhone: phones[i],
      activatedAt: `202${i}-01-01T00:00:00.000Z`,
    })),
  );
  const users = await readExport(here, 'users');
  const referrals = await readExport(here, 'referrals');

  const there = await openAsAdmin();
  onTestFinished(() => there.app.close());
  const pick = (rows: Row[], ...keys: string[]) =>
    rows.map((row) =>
      Object.fromEntries(keys.flatMap((key) => (row[key] ? [[key, row[key]]] : []))),
    );
  await there.importLines(
    'users',
    pick(users, 'phone', 'email', 'displayName', 'inviteCode', 'status', 'createdAt'),
  );
  await there.importLines(
    'referrals',
    pick(referrals, 'refereePhone', 'referrerPhone', 'activatedAt'),
  );
  expect(comparable(await readExport(there, 'users'))).toEqual(comparable(users));
  expect(comparable(await readExport(there, 'referrals'))).toEqual(comparable(referrals));
});

type Row = Record<string, unknown>;

async function readExport({ call }: typeof here, kind: string): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor = '';
  do {
    const page = await call(`GET /admin/export/${kind}?limit=3${cursor}`);
    rows.push(...page.items);
    cursor = page.nextCursor && `&cursor=${page.nextCursor}`;
  } while (cursor);
  return rows;
}

/** Removes what differs between installations: ids and the admin. */
function comparable(rows: Row[]): Row[] {
  return rows
    .filter(({ phone }) => phone !== ADMIN)
    .map(({ id: _, refereeId: __, referrerId: ___, ...row }) => row)
    .sort((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1));
}
