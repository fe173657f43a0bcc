import { type Config, readConfig } from './config.ts';
import { StartError } from './core/start-error.ts';
import { inspectPostgres } from './database/postgres.ts';
import { openLog } from './observability/log.ts';
import { openRedis } from './redis/client.ts';
import { openSenders } from './sms/senders/open.ts';

/** The oldest that the suites run on. */
const OLDEST_POSTGRES = 15;

/**
 * Tries the settings and all that they point to, changes nothing, and says what it found: a line each.
 * @returns whether a start would succeed
 */
export async function check(
  env: Record<string, string | undefined>,
  say: (line: string) => void,
): Promise<boolean> {
  let config: Config;
  try {
    config = readConfig(env);
  } catch (error) {
    say((error as Error).message);
    return false;
  }
  say('ok    Settings');
  let good = true;
  for (const [name, look] of Object.entries(CHECKS)) {
    try {
      say(`ok    ${name}: ${await look(config)}`);
    } catch (error) {
      good = false;
      say(`FAIL  ${name}: ${(error as Error).message}`);
    }
  }
  return good;
}

const CHECKS: Record<string, (config: Config) => Promise<string>> = {
  async Database(config) {
    if (!config.DATABASE_URL) return `embedded in ${config.DATA_DIR}, one instance only`;
    const { version, replica, pending } = await inspectPostgres(config.DATABASE_URL, config);
    if (version < OLDEST_POSTGRES)
      throw new StartError(`PostgreSQL ${version} is too old: ${OLDEST_POSTGRES} or later`);
    if (replica) throw new StartError('this is a replica; DATABASE_URL must be the primary');
    const migrations =
      pending.length > 0 ? `the start will apply ${pending.join(', ')}` : 'migrated';
    return `PostgreSQL ${version}, ${migrations}`;
  },
  async Replica(config) {
    if (!config.DATABASE_REPLICA_URL) return 'none';
    const { version, replica } = await inspectPostgres(config.DATABASE_REPLICA_URL, config);
    return `PostgreSQL ${version}${replica ? '' : ', which is no replica but a primary'}`;
  },
  async Redis({ REDIS_URL }) {
    if (!REDIS_URL) return 'none, one instance only';
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
