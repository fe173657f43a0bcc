/** At most `points` per window of `seconds`. A key's window starts with its first point. */
export interface Limit {
  points: number;
  seconds: number;
}

/** The state of a key after `consume`. */
export interface RateLimitResult {
  /** Milliseconds until the next point is available; 0 if this call got one. */
  wait: number;
  /** Points left in the window. */
  remaining: number;
  /** Milliseconds until the window ends. */
  reset: number;
}

export interface RateLimiter {
  /**
   * Consumes one point of `key` under the limit called `name`.
   * @throws DomainError UNAVAILABLE if the store cannot be reached
   */
  consume(name: string, key: string, limit: Limit): Promise<RateLimitResult>;
  /** Returns a consumed point. */
  refund(name: string, key: string, limit: Limit): Promise<void>;
  /**
   * Forgets what `key` has consumed.
   * @throws DomainError UNAVAILABLE if the store cannot be reached
   */
  reset(name: string, key: string, limit: Limit): Promise<void>;
  close(): Promise<void>;
}

/** Publishes messages to every instance, including this one. */
export interface Broadcast {
  /** Messages can be lost, so whatever they announce must also take effect without them. */
  publish(channel: string, message: string): Promise<void>;
  /** @param onGap called when messages may have been missed */
  subscribe(
    channel: string,
    onMessage: (message: string) => void,
    onGap: () => void,
  ): Promise<void>;
  close(): Promise<void>;
}

/** One-time codes sent and verified in one hour. */
export interface HourlyCount {
  /** Hours since 1970. */
  hour: number;
  sent: number;
  verified: number;
}

/** Counts one-time codes sent and verified per key and hour, for 24 hours. */
export interface Tally {
  /**
   * Counts a sent code, or with -1 reverts that, and returns the key's last 24 hours including this
   * change, atomically. Hours without codes are left out.
   * @param at milliseconds since 1970
   * @throws DomainError UNAVAILABLE if the store cannot be reached
   */
  countSent(key: string, by: 1 | -1, at: number): Promise<HourlyCount[]>;
  /** Counts a verified code. Visible to this instance immediately, to others within a second. */
  countVerified(key: string, at: number): void;
  /** Writes counts that other instances cannot see yet. */
  close(): Promise<void>;
}
