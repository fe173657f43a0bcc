import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../packages/server/src/database/port.ts';

/** Cycles through `count` evenly spread users. All are multiples of 5: those have an email. */
export function cycle(count: number, users: number) {
  let turn = 0;
  return () => Math.floor((turn++ % count) * (users / count / 5)) * 5;
}

/** Draws spread-out users without repetition (a golden-ratio sequence). */
export function drawUnique(users: number) {
  let last = 0;
  return () => {
    last = (last + 0.618_033_988_749_895) % 1;
    return Math.floor(last * users);
  };
}

/** Returns ids of new users without a referrer, created a thousand at a time. */
export async function createNewUsers(database: Database) {
  let ready: string[] = [];
  await refill();
  return async () => {
    if (ready.length === 0) await refill();
    return ready.pop() as string;
  };

  async function refill() {
    ready = Array.from({ length: 1000 }, () => uuidv7());
    await database.query(
      sql`insert into users (id, created_at) select unnest(${ready}::uuid[]), now()`,
    );
  }
}
