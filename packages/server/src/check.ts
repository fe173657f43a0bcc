import { type Config, readConfig } from './config.ts';
import { StartError } from './core/start-error.ts';
import { inspectPostgres } from './database/postgres.ts';
import { openLog } from './observability/log.ts';
import { openRedis } from './redis/client.ts';
import { openSenders } from './sms/senders/open.ts';

/** The oldest major version that the tests run against. */
const MIN_POSTGRES = 15;

/**
 * Validates the settings and every connection without changing anything.
 * @param print receives the result of each check as a line of text
 * @returns true if the server would start
 */
export async function check(
  env: Record<string, string | undefined>,
  print: (line: string) => void,
): Promise<boolean> {
  let config: Config;
  try {
    config = readConfig(env);
  } catch (error) {
    print((error as Error).message);
    return false;
  }
  print('ok    Settings');
  let passed = true;
  for (const [name, inspect] of Object.entries(CHECKS)) {
    try {
      print(`ok    ${name}: ${await inspect(config)}`);
    } catch (error) {
      passed = false;
      print(`FAIL  ${name}: ${(error as Error).message}`);
    }
  }
  return passed;
}

/** Each check returns a summary or throws an error with the reason of the failure. */
const CHECKS: Record<string, (config: Config) => Promise<string>> = {
  async Database(config) {
    if (!config.DATABASE_URL) return `embedded, in ${config.DATA_DIR} (one instance only)`;
    const { version, replica, pending } = await inspectPostgres(config.DATABASE_URL, config);
    if (version < MIN_POSTGRES)
      throw new StartError(
        `PostgreSQL ${version} is too old; ${MIN_POSTGRES} or later is required`,
      );
    if (replica) throw new StartError('this is a replica; DATABASE_URL must point to the primary');
    const migrations =
      pending.length > 0 ? `migrations to apply at start: ${pending.join(', ')}` : 'migrated';
    return `PostgreSQL ${version}, ${migrations}`;
  },
  async Replica(config) {
    if (!config.DATABASE_REPLICA_URL) return 'none';
    const { version, replica } = await inspectPostgres(config.DATABASE_REPLICA_URL, config);
    return `PostgreSQL ${version}${replica ? '' : ', which is a primary, not a replica'}`;
  },
  async Redis({ REDIS_URL }) {
    if (!REDIS_URL) return 'none (one instance only)';
    const redis = await openRedis(REDIS_URL, () => {});
    try {
      return await redis.ping();
    } finally {
      redis.disconnect();
    }
  },
  async SMS(config) {
    const senders = await openSenders(config);
    return senders.map(({ name }) => name).join(', ');
  },
  async Log(config) {
    const { close } = await openLog(config);
    await close();
    return config.LOG_FILE ?? 'standard output';
  },
};
