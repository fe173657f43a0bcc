import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEmbedded } from './pglite.ts';

let embedded: Awaited<ReturnType<typeof openEmbedded>>;
beforeAll(async () => {
  embedded = await openEmbedded();
  await embedded.pool.query('create table one (id int primary key)');
});
afterAll(() => embedded.close());

const named = (text: string) => embedded.pool.query({ name: text, text });

test('after a statement that failed the next ones get their own answers', async () => {
  await named('insert into one values (1)');
  for (const answer of [1, 2, 3]) {
    await expect(named('insert into one values (1)')).rejects.toThrow('duplicate key');
    await expect(embedded.pool.query('select 1/0')).rejects.toThrow('division by zero');
    expect((await named(`select ${answer} as answer`)).rows).toEqual([{ answer }]);
    expect((await named('select 0 as answer')).rows).toEqual([{ answer: 0 }]);
  }
});

test('many at once, some of which fail', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      named(i % 3 ? `select ${i} as i` : 'insert into one values (1)').then(
        ({ rows }) => rows[0].i,
        () => 'failed',
      ),
    ),
  );
  expect(answers).toEqual(Array.from({ length: 20 }, (_, i) => (i % 3 ? i : 'failed')));
});
