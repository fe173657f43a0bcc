import type { Config } from './config.ts';
import type { Secrets } from './core/secrets.ts';
import type { Database } from './database/port.ts';
import type { EmailVerifier, PersonFinder } from './enrichment/port.ts';
import type { GuessingAlarm } from './observability/guessing-alarm.ts';
import type { Logger, Metrics, Tracing } from './observability/port.ts';
import type { RateLimiter, Tally } from './redis/port.ts';
import type { InviteCodeCache } from './referral/invite-code-cache.ts';
import type { AccessTokens } from './sessions/access-tokens.ts';
import type { SmsDelivery } from './sms/port.ts';

/** The current time in milliseconds since 1970, like `Date.now`. Tests replace it. */
type Clock = () => number;

/** Everything outside the process that rules use, and the settings. */
export interface Deps {
  config: Config;
  database: Database;
  /**
   * For lists and statistics that may be slightly stale, never for access checks or reads that a
   * write depends on. The same as `database` if there is no replica.
   */
  replica: Database;
  limiter: RateLimiter;
  inviteCodeCache: InviteCodeCache;
  tally: Tally;
  sms: SmsDelivery;
  metrics: Metrics;
  guessingAlarm: GuessingAlarm;
  /** Present if the operator enabled tracing. */
  tracing?: Tracing | undefined;
  clock: Clock;
  secrets: Secrets;
  accessTokens: AccessTokens;
  log: Logger;
  /** Present if the operator configured enrichment. */
  emailVerifier?: EmailVerifier | undefined;
  personFinder?: PersonFinder | undefined;
}
