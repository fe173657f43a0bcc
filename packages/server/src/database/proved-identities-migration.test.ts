import { expect, onTestFinished, test } from 'vitest';
import { migrate } from './migrations.ts';
import { openPglite } from './pglite.ts';
import { readMigrations } from './schema-engine.ts';

const NAME = '20261121161500_proved_identities';

test('moves Argentine phones to one form and counts recent activations by referrer', async () => {
  const { pool, close } = await openPglite();
  onTestFinished(close);
  const list = await readMigrations();
  const before = list.migrationDirectories.filter(({ path }) => path < NAME);
  await migrate(pool, { ...list, migrationDirectories: before });
  const phones = {
    '+541123456789': '+5491123456789',
    '+5491187654321': '+5491187654321',
    // Another account has the form with the 9. Neither may lose its phone.
    '+541187654321': '+541187654321',
    '+79991234567': '+79991234567',
    '+548001234567': '+548001234567',
  };
  for (const phone of Object.keys(phones))
    await pool.query(
      'insert into users (id, phone, created_at) values (gen_random_uuid(), $1, now())',
      [phone],
    );
  await pool.query(`insert into invite_codes (code, user_id, created_at)
    select 'AAAA', id, now() from users where phone = '+79991234567'`);
  await pool.query(`insert into activation_origins (referee_id, invite_code, address, subnet, at)
    values (gen_random_uuid(), 'AAAA', '192.0.2.1', '192.0.2.0/24', now())`);

  await migrate(pool, list);
  const { rows } = await pool.query('select phone from users order by phone');
  expect(rows.map(({ phone }) => phone)).toEqual(Object.values(phones).sort());
  const { rows: origins } = await pool.query(
    'select u.phone from activation_origins o join users u on u.id = o.referrer_id',
  );
  expect(origins).toEqual([{ phone: '+79991234567' }]);
});
