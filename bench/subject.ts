import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { readConfig } from '../packages/server/src/config.ts';
import { deriveSecrets } from '../packages/server/src/core/secrets.ts';
import type { Database } from '../packages/server/src/database/port.ts';
import { openPostgres } from '../packages/server/src/database/postgres.ts';
import { readProfile } from '../packages/server/src/profile/profile.ts';
import { localBroadcast } from '../packages/server/src/redis/broadcast.ts';
import { activate } from '../packages/server/src/referral/activate.ts';
import { checkCode } from '../packages/server/src/referral/check-invite-code.ts';
import { createInviteCodeCache } from '../packages/server/src/referral/invite-code-cache.ts';
import { findCodeByEmail } from '../packages/server/src/referral/invite-codes.ts';
import { listReferrals } from '../packages/server/src/referral/referrals.ts';
import { readStats } from '../packages/server/src/referral/stats.ts';
import { readTree } from '../packages/server/src/referral/tree.ts';
import { growForest } from './forest.ts';
import { people } from './people.ts';

export type Subject = Awaited<ReturnType<typeof openSubject>>;

/** A seeded database and what is called on it: the rules that the procedures call, without HTTP. */
export async function openSubject(url: string, users: number) {
  const config = readConfig({ APP_SECRET: 'bench-only-'.repeat(4), DATABASE_URL: url });
  const opened = await openPostgres(url, config);
  const { database, statements } = recording(opened);
  const inviteCodeCache = await createInviteCodeCache(database, localBroadcast());
  const secrets = deriveSecrets(config.APP_SECRET);
  const deps = { config, database, inviteCodeCache, secrets, clock: Date.now };

  const [state] = await opened.query<{ epoch: Date }>(sql`select epoch from bench_seed`);
  const forest = growForest(users);
  const { id, code, email } = people(forest, Number(state?.epoch));
  const star = id(0);
  const oldest = await opened.query<{ at: Date; id: string }>(sql`
    select activated_at as at, referee_id as id from referrals where referrer_id = ${star}
    order by activated_at, referee_id limit 21`);
  const popular = id(forest.count.indexOf(forest.count.toSorted().at(-2) ?? 0));

  const anyone = inTurn(REGULARS, users);
  const stranger = draw(users);
  const newcomer = await newcomers(opened);
  const below = (inviteCode: string, userId: string) =>
    database.transaction((tx) => activate(deps, tx, { userId, inviteCode, ip: '127.0.0.1' }));
  const looked = code(anyone());

  const calls = new Map<string, () => Promise<unknown>>([
    ['profile of anyone', () => readProfile(deps, id(anyone()))],
    ['profile of the star', () => readProfile(deps, star)],
    ["first page of the star's list", () => listReferrals(deps, star, { limit: 20 })],
    [
      "last page of the star's list",
      () => listReferrals(deps, star, { limit: 20, cursor: oldest.at(-1) }),
    ],
    ['activation below anyone', async () => below(code(anyone()), await newcomer())],
    ['activation below the star', async () => below(code(0), await newcomer())],
    ['activation below the line', async () => below(code(forest.line), await newcomer())],
    ['circle refused: its top below the line', () => refused(below(code(forest.line), id(1)))],
    ['check of a code, in the tables', () => lookUpAnew(code(anyone()))],
    ['check of a code, from memory', () => checkCode(deps, looked)],
    ['code by email', () => findCodeByEmail(deps, email(anyone()))],
    ['cold: profile of a stranger', () => readProfile(deps, id(stranger()))],
    ['cold: check of a stranger’s code', () => lookUpAnew(code(stranger()))],
    ['whole: stats of anyone', () => readStats(deps, id(anyone()), 30)],
    ['whole: stats of the star', () => readStats(deps, star, 30)],
    ['whole: stats of the next most popular', () => readStats(deps, popular, 30)],
    ['whole: tree of anyone', () => readTree(deps, id(anyone()), { depth: 3, limit: 20 })],
    ['whole: tree of the star', () => readTree(deps, star, { depth: 10, limit: 100 })],
    [
      'whole: tree of the next most popular',
      () => readTree(deps, popular, { depth: 10, limit: 100 }),
    ],
  ]);
  return {
    users,
    calls,
    inviteCodeCache,
    url,
    statements,
    line: forest.line,
    firstBelowLine,
    close: () => opened.close(),
  };

  /** Milliseconds of the first activation below the line as it grew, which shortens it for all after. */
  async function firstBelowLine(): Promise<number> {
    const line = Array.from({ length: forest.line - 1 }, (_, i) => id(i + 2));
    await opened.query(sql`
      update referrals set top_id = referrer_id where referee_id = any(${line}::uuid[])`);
    const someone = await newcomer();
    const started = performance.now();
    await below(code(forest.line), someone);
    return performance.now() - started;
  }

  async function lookUpAnew(text: string) {
    await inviteCodeCache.forget(text);
    await checkCode(deps, text);
  }
}

/** People who come again and again, so that what is theirs is in memory; strangers' is on disk or in its cache. */
const REGULARS = 100;

/** So many numbers from all over the range, in turn; they are multiples of 5, who have an email. */
function inTurn(count: number, users: number) {
  let turn = 0;
  return () => Math.floor((turn++ % count) * (users / count / 5)) * 5;
}

/** Numbers from all over the range, none twice in a run. */
function draw(users: number) {
  let last = 0;
  return () => {
    last = (last + 0.618_033_988_749_895) % 1;
    return Math.floor(last * users);
  };
}

/** Ids of users without a referrer, made a thousand at a time. */
async function newcomers(database: Database) {
  let ready: string[] = [];
  await make();
  return async () => {
    if (ready.length === 0) await make();
    return ready.pop() as string;
  };

  async function make() {
    ready = Array.from({ length: 1000 }, () => uuidv7());
    await database.query(
      sql`insert into users (id, created_at) select unnest(${ready}::uuid[]), now()`,
    );
  }
}

async function refused(attempt: Promise<unknown>) {
  try {
    await attempt;
  } catch (error) {
    if ((error as Error).message === 'REFERRAL_CYCLE') return;
    throw error;
  }
  throw new Error('A circle was closed');
}

/** The database, and every statement that goes to it with the values of the first time. */
function recording(database: Database) {
  const statements = new Map<string, unknown[]>();
  const record = ({ text, values }: { text: string; values: unknown[] }) => {
    if (!statements.has(text)) statements.set(text, values);
  };
  return {
    statements,
    database: {
      ...database,
      query: <Row>(statement: Parameters<Database['query']>[0]) => {
        record(statement);
        return database.query<Row>(statement);
      },
      transaction: ((work) =>
        database.transaction((tx) =>
          work({
            query: (statement) => {
              record(statement);
              return tx.query(statement);
            },
          }),
        )) as Database['transaction'],
    },
  };
}
