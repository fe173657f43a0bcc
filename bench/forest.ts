/** Who referred whom among `users` made-up people, numbered from 0: the same for the same number, always. */
export interface Forest {
  users: number;
  /** A user's referrer, or -1 */
  referrer: Int32Array;
  /** Someone above the user: what `referrals.top_id` is */
  top: Int32Array;
  /** How many referees each has */
  count: Int32Array;
  /** Number 0 has this many referees. */
  star: number;
  /** Numbers 1 to this one are a line, each the referrer of the next. */
  line: number;
}

/**
 * Skewed as life is: one in ten came by themselves, early users have most referees, one of them a
 * tenth of everybody. And a line, which is deep beyond life and grew from its end up: so each points
 * no higher than their own referrer, which is the worst for finding the top.
 */
export function growForest(users: number): Forest {
  const referrer = new Int32Array(users).fill(-1);
  const top = new Int32Array(users).fill(-1);
  const count = new Int32Array(users);
  const star = Math.floor(users / 10);
  const line = Math.min(10_000, Math.floor(users / 10));
  const first = line + 1;
  for (let i = 2; i < users; i++) {
    const above = chooseReferrer(i);
    if (above === -1) continue;
    referrer[i] = above;
    count[above] = at(count, above) + 1;
    top[i] = i <= line || at(top, above) === -1 ? above : at(top, above);
  }
  return { users, referrer, top, count, star, line };

  function chooseReferrer(i: number): number {
    if (i <= line) return i - 1;
    if (i % 9 === 0 && at(count, 0) < star) return 0;
    const chance = random(i);
    if (i === first || chance < 0.1) return -1;
    return first + Math.floor((i - first) * random(i + users) ** 2.5);
  }
}

const at = (numbers: Int32Array, i: number) => numbers[i] as number;

/** From 0 up to 1, by the number alone (the finalizer of MurmurHash3). */
function random(i: number): number {
  let hash = i | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
