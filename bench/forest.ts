/** The referrals among `users` synthetic users, numbered from 0. Deterministic for a given size. */
export interface Forest {
  users: number;
  /** Each user's referrer, or -1. */
  referrer: Int32Array;
  /** Each user's `referrals.top_id`: some ancestor, or -1. */
  top: Int32Array;
  /** Each user's number of referees. */
  count: Int32Array;
  /** The number of referees of user 0, the most popular one. */
  star: number;
  /** Users 1 to this one form a chain: each is the referrer of the next. */
  chain: number;
}

/**
 * Generates a realistic, skewed distribution: one user in ten has no referrer, early users have the
 * most referees, and user 0 referred a tenth of all users. It also contains an unrealistically deep
 * chain that grew from its bottom up. There `top_id` is only the referrer, the worst case for
 * finding the top.
 */
export function generateForest(users: number): Forest {
  const referrer = new Int32Array(users).fill(-1);
  const top = new Int32Array(users).fill(-1);
  const count = new Int32Array(users);
  const star = Math.floor(users / 10);
  const chain = Math.min(10_000, Math.floor(users / 10));
  const first = chain + 1;
  for (let i = 2; i < users; i++) {
    const parent = chooseReferrer(i);
    if (parent === -1) continue;
    referrer[i] = parent;
    count[parent] = at(count, parent) + 1;
    top[i] = i <= chain || at(top, parent) === -1 ? parent : at(top, parent);
  }
  return { users, referrer, top, count, star, chain };

  function chooseReferrer(i: number): number {
    if (i <= chain) return i - 1;
    if (i % 9 === 0 && at(count, 0) < star) return 0;
    const chance = random(i);
    if (i === first || chance < 0.1) return -1;
    return first + Math.floor((i - first) * random(i + users) ** 2.5);
  }
}

const at = (numbers: Int32Array, i: number) => numbers[i] as number;

/** A pseudo-random number in [0, 1), determined by `i` (the finalizer of MurmurHash3). */
function random(i: number): number {
  let hash = i | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
