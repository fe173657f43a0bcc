import sql from 'sql-template-tag';
import { readConfig } from '../packages/server/src/config.ts';
import { deriveSecrets } from '../packages/server/src/core/secrets.ts';
import { openPostgres } from '../packages/server/src/database/postgres.ts';
import { readProfile } from '../packages/server/src/profile/profile.ts';
import { localBroadcast } from '../packages/server/src/redis/broadcast.ts';
import { activate } from '../packages/server/src/referral/activate.ts';
import { checkInviteCode } from '../packages/server/src/referral/check-invite-code.ts';
import { createInviteCodeCache } from '../packages/server/src/referral/invite-code-cache.ts';
import { findInviteCodeByEmail } from '../packages/server/src/referral/invite-codes.ts';
import { listReferrals } from '../packages/server/src/referral/referrals.ts';
import { readReferralStats } from '../packages/server/src/referral/stats.ts';
import { readTree } from '../packages/server/src/referral/tree.ts';
import { generateForest } from './forest.ts';
import { recordStatements } from './recorder.ts';
import { createNewUsers, cycle, drawUnique } from './sampling.ts';
import { generateUsers } from './users.ts';

export type Target = Awaited<ReturnType<typeof openTarget>>;

/** Opens a seeded database and returns the calls to measure on it: rules, without HTTP. */
export async function openTarget(url: string, users: number) {
  const config = readConfig({ APP_SECRET: 'bench-only-'.repeat(4), DATABASE_URL: url });
  const opened = await openPostgres(url, config);
  const { database, statements } = recordStatements(opened);
  const inviteCodeCache = await createInviteCodeCache(database, localBroadcast());
  const secrets = deriveSecrets(config.APP_SECRET);
  const deps = { config, database, inviteCodeCache, secrets, clock: Date.now };

  const [state] = await opened.query<{ epoch: Date }>(sql`select epoch from bench_seed`);
  const forest = generateForest(users);
  const { id, inviteCode, email } = generateUsers(forest, Number(state?.epoch));
  const star = id(0);
  const oldest = await opened.query<{ at: Date; id: string }>(sql`
    select activated_at as at, referee_id as id from referrals where referrer_id = ${star}
    order by activated_at, referee_id limit 21`);
  const popular = id(forest.count.indexOf(forest.count.toSorted().at(-2) ?? 0));

  const regular = cycle(REGULARS, users);
  const stranger = drawUnique(users);
  const newUser = await createNewUsers(opened);
  const client = { ip: '127.0.0.1', userAgent: null };
  const activateCodeOf = (referrer: number, userId: string) =>
    database.transaction((tx) =>
      activate(deps, tx, { userId, inviteCode: inviteCode(referrer), client }),
    );
  const cachedCode = inviteCode(regular());

  const calls = new Map<string, () => Promise<unknown>>([
    ['profile of a regular', () => readProfile(deps, id(regular()))],
    ['profile of the star', () => readProfile(deps, star)],
    ["first page of the star's list", () => listReferrals(deps, star, { limit: 20 })],
    [
      "last page of the star's list",
      () => listReferrals(deps, star, { limit: 20, cursor: oldest.at(-1) }),
    ],
    ['activation of a regular’s code', async () => activateCodeOf(regular(), await newUser())],
    ['activation of the star’s code', async () => activateCodeOf(0, await newUser())],
    ['activation below the chain', async () => activateCodeOf(forest.chain, await newUser())],
    [
      'rejected cycle: its top below the chain',
      () => expectCycle(activateCodeOf(forest.chain, id(1))),
    ],
    ['check of an invite code, from the tables', () => checkUncached(inviteCode(regular()))],
    ['check of an invite code, from memory', () => checkInviteCode(deps, cachedCode)],
    ['invite code by email', () => findInviteCodeByEmail(deps, email(regular()))],
    ['cold: profile of a stranger', () => readProfile(deps, id(stranger()))],
    ['cold: check of a stranger’s code', () => checkUncached(inviteCode(stranger()))],
    ['whole: stats of a regular', () => readReferralStats(deps, id(regular()), 30)],
    ['whole: stats of the star', () => readReferralStats(deps, star, 30)],
    ['whole: stats of the next most popular', () => readReferralStats(deps, popular, 30)],
    ['whole: tree of a regular', () => readTree(deps, id(regular()), { depth: 3, limit: 20 })],
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
    chain: forest.chain,
    activateBelowFreshChain,
    close: () => opened.close(),
  };

  /**
   * Restores the chain as it grew and activates a code at its end. Returns the milliseconds of that
   * activation, which walks the whole chain and shortens it for all later ones.
   */
  async function activateBelowFreshChain(): Promise<number> {
    const chain = Array.from({ length: forest.chain - 1 }, (_, i) => id(i + 2));
    await opened.query(sql`
      update referrals set top_id = referrer_id where referee_id = any(${chain}::uuid[])`);
    const userId = await newUser();
    const started = performance.now();
    await activateCodeOf(forest.chain, userId);
    return performance.now() - started;
  }

  async function checkUncached(text: string) {
    await inviteCodeCache.forget(text);
    await checkInviteCode(deps, text);
  }
}

/** Users who return, so that their rows are in memory; strangers' are on disk or in its cache. */
const REGULARS = 100;

async function expectCycle(attempt: Promise<unknown>) {
  try {
    await attempt;
  } catch (error) {
    if ((error as Error).message === 'REFERRAL_CYCLE') return;
    throw error;
  }
  throw new Error('The cycle was not rejected');
}
