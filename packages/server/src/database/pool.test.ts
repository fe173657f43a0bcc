import fc from 'fast-check';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase } from '../../test/harness.ts';
import type { Database } from './port.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test('round-trips dates of every year that PostgreSQL supports', async () => {
  const anyTime = fc.date({
    min: new Date('-004000-01-01'),
    max: new Date('+200000-01-01'),
    noInvalidDate: true,
  });
  await fc.assert(
    fc.asyncProperty(anyTime, fc.array(anyTime, { maxLength: 3 }), async (one, many) => {
      const milliseconds = sql`(extract(epoch from t) * 1000)::bigint`;
      const [row] = await database.query(sql`
        select (select ${milliseconds} from (select ${one}::timestamptz) one (t))::text as one,
          array(select ${milliseconds}::text from unnest(${many}::timestamptz[]) t) as many`);
      expect(row).toEqual({ one: String(+one), many: many.map((each) => String(+each)) });
    }),
    {
      numRuns: 200,
      examples: ['-000001-12-31', '0000-12-31', '0001-01-01', '9999-12-31', '+010000-01-01'].map(
        (text): [Date, Date[]] => [new Date(text), [new Date(text)]],
      ),
    },
  );
});
