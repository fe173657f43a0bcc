import type { Config } from './config.ts';
import type { Secrets } from './core/secrets.ts';
import type { Database } from './database/port.ts';
import type { EmailVerifier, PersonFinder } from './enrichment/port.ts';
import type { Logger, Metrics, Tracing } from './observability/port.ts';
import type { RateLimiter, Tally } from './redis/port.ts';
import type { InviteCodeCache } from './referral/invite-code-cache.ts';
import type { AccessTokens } from './sessions/access-tokens.ts';
import type { SmsDelivery } from './sms/port.ts';

/** Milliseconds since 1970, as Date.now: tests set it. */
type Clock = () => number;

/** What rules may use of the world. */
export interface Deps {
  config: Config;
  database: Database;
  /** For reads that may be a moment old, never for what a write or an access depends on. The replica, or `database`. */
  replica: Database;
  limiter: RateLimiter;
  inviteCodeCache: InviteCodeCache;
  tally: Tally;
  sms: SmsDelivery;
  metrics: Metrics;
  /** Only where traces are wanted. */
  tracing?: Tracing | undefined;
  clock: Clock;
  secrets: Secrets;
  accessTokens: AccessTokens;
  log: Logger;
  /** Outside help, where the operator has asked for it. */
  emailVerifier?: EmailVerifier | undefined;
  personFinder?: PersonFinder | undefined;
}
