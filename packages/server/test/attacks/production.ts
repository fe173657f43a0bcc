import { openTestDatabase } from '../harness.ts';
import { atSuiteEnd } from '../services/cleanup.ts';
import { startInstance } from '../services/instance.ts';
import { startRedis } from '../services/redis.ts';

/** Phones that start with this sign in with CODE and cost no messages. */
export const PHONE_PREFIX = '+7999';
const CODE = '482913';

interface Request {
  token?: string;
  body?: object;
  /** The client's address. Each request has one of its own if left out. */
  ip?: string;
  userAgent?: string;
}

let lastAddress = 0;
let lastPhone = 1_000_000;

export const newPhone = () => `${PHONE_PREFIX}${++lastPhone}`;

/** Two instances in production settings that share PostgreSQL and Redis. */
export async function startProduction(env: Record<string, string> = {}) {
  const database = await openTestDatabase();
  atSuiteEnd(() => database.close());
  const redis = await startRedis();
  const settings = {
    NODE_ENV: 'production',
    DATABASE_URL: database.url ?? '',
    REDIS_URL: redis.url,
    TRUST_PROXY: '127.0.0.1',
    SMS_SENDER: 'file:/dev/null',
    TEST_PHONES: `${PHONE_PREFIX}*:${CODE}`,
    TEST_PHONES_IN_PRODUCTION: 'yes',
    MAX_EVENT_LOOP_DELAY: '0',
    ...env,
  };
  const servers = await Promise.all([startInstance(settings), startInstance(settings)]);
  let requests = 0;

  /** Sends `POST /auth/code` to the instances in turns. */
  async function call(route: string, { token, body, ip, userAgent = 'attack' }: Request = {}) {
    const [method = '', path = ''] = route.split(' ');
    const { url } = servers[requests++ % servers.length] as (typeof servers)[0];
    const n = ++lastAddress;
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        'x-forwarded-for': ip ?? `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
        'user-agent': userAgent,
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: the response body is what is under test
    const json = (await response.json()) as any;
    return { status: response.status, body: json, reason: json.data?.reason as string | undefined };
  }

  /** Signs in by phone, from an address of its own. */
  async function signIn(phone = newPhone(), more: object = {}) {
    await call('POST /auth/code', { body: { phone } });
    const { body, status } = await call('POST /auth/verify', {
      body: { phone, code: CODE, ...more },
    });
    if (status !== 200) throw new Error(`Sign-in failed: ${JSON.stringify(body)}`);
    return { token: body.accessToken as string, user: body.user, phone };
  }

  return { call, signIn, database, servers, settings, code: CODE };
}
