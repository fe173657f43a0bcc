import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { join } from 'node:path';
import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { databaseSettings, operationSettings, redisUrl } from './adapters/settings.ts';
import { smsProblems, smsSettings } from './adapters/sms-settings.ts';
import { isPhone, WORLD } from './auth/phone.ts';
import { StartError } from './start-error.ts';

const count = (fallback: number, least = 1) => z.coerce.number().int().min(least).default(fallback);

/** Without a slash at the end. */
const webUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

/** May be a fraction. */
const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

/** `a, b,,c` as ['a', 'b', 'c'] */
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

const addresses = list.refine((items) => items.every(isCidr), {
  error: 'must be addresses or ranges like 10.0.0.0/8, separated by commas',
});

const testPhones = list.transform((items, ctx) =>
  items.map((item): TestPhone => {
    const [, phone, code] = /^(\+\d{1,15}\*?):(\d{1,10})$/.exec(item) ?? [];
    if (!phone || !code) ctx.addIssue(`"${item}" is not like +79990000000:1111 or +7999*:1234`);
    return { phone: phone ?? '', code: code ?? '' };
  }),
);

const countries = list.refine(
  (items) => items.every((item) => item === WORLD || isSupportedCountry(item)),
  { error: `must be countries like DE,FR, or ${WORLD} for international networks` },
);

const settings = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: count(3000, 0).refine((port) => port < 65536, { error: 'must be below 65536' }),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  ...databaseSettings,
  DATA_DIR: z.string().default('.data'),
  REDIS_URL: redisUrl.optional(),
  APP_SECRET: list.refine((secrets) => secrets.every((secret) => secret.length >= 32), {
    error: 'each secret must have at least 32 characters',
  }),
  PUBLIC_URL: webUrl.optional(),
  DEFAULT_REGION: z.string().refine(isSupportedCountry, { error: 'is no country' }).default('RU'),
  ADMIN_PHONES: list.refine((phones) => phones.every(isPhone), {
    error: 'must be phones like +79991234567, separated by commas',
  }),
  CODE_LENGTH: count(4, 4).refine((length) => length <= 10, { error: 'must be at most 10' }),
  CODE_TTL: count(300),
  CODE_RESEND_AFTER: count(60, 0),
  CODE_MAX_ATTEMPTS: count(5),
  CODE_MAX_FAILURES_PER_DAY: count(10),
  CODE_SENDS_PER_HOUR: count(5),
  CODE_SENDS_PER_DAY: count(10),
  TEST_PHONES: testPhones,
  TEST_PHONES_IN_PRODUCTION: z.enum(['yes', 'no']).default('no'),
  ...smsSettings,
  SMS_COUNTRIES_ALLOWED: countries,
  SMS_COUNTRIES_DENIED: countries,
  SMS_PUMPING: z.enum(['off', 'record', 'enforce']).default('record'),
  SMS_UNVERIFIED_PER_COUNTRY: count(200),
  SMS_UNVERIFIED_PER_ADDRESS: count(20),
  SMS_UNVERIFIED_RATIO: z.coerce.number().min(0).default(1),
  REFERRAL_ABUSE: z.enum(['off', 'record', 'enforce']).default('record'),
  RATE_LIMIT_EXEMPT: addresses,
  TRUST_PROXY: addresses,
  CORS_ORIGINS: list.refine((items) => items.every(isOrigin), {
    error: 'must be origins like https://app.example.com, separated by commas',
  }),
  HEADERS_TIMEOUT: seconds(10),
  REQUEST_TIMEOUT: seconds(30),
  SHED_ABOVE_DELAY: z.coerce.number().int().min(0).optional(),
  SHED_ABOVE_MEMORY: count(0, 0),
  ACCESS_TOKEN_TTL: count(900),
  REFRESH_TOKEN_TTL: count(2_592_000),
  PHONE_VERIFICATION_TTL: count(0, 0),
  REFERRAL_PHONES: z.enum(['full', 'masked']).default('full'),
  HUNTER_API_KEY: z.string().optional(),
  HUNTER_URL: webUrl.default('https://api.hunter.io/v2'),
  CLEARBIT_API_KEY: z.string().optional(),
  CLEARBIT_URL: webUrl.default('https://person.clearbit.com/v2'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  LOG_FILE: z.string().optional(),
  ...operationSettings,
});

/** What production refuses, found in what was given, so that it is listed beside all else that is wrong. */
function productionProblems(given: Record<string, string | undefined>): string[] {
  if (given['NODE_ENV'] !== 'production') return [];
  const problems: string[] = [];
  if (!given['APP_SECRET'])
    problems.push('APP_SECRET is required in production: at least 32 random characters');
  if (given['TEST_PHONES'] && given['TEST_PHONES_IN_PRODUCTION'] !== 'yes')
    problems.push(
      'TEST_PHONES are open doors: refused in production unless TEST_PHONES_IN_PRODUCTION=yes',
    );
  return problems;
}

interface TestPhone {
  /** E.164, or its beginning and a `*` */
  phone: string;
  code: string;
}

export type Config = ReturnType<typeof readConfig>;

/** Reads the settings once, at start. Throws a StartError that lists everything wrong with them. */
export function readConfig(env: Record<string, string | undefined> = process.env) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = settings.safeParse(given);
  const problems = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`),
    ...productionProblems(given),
    ...smsProblems(given),
  ];
  if (!parsed.success || problems.length > 0)
    throw new StartError(`These settings are wrong:\n  ${problems.join('\n  ')}`);
  const { data } = parsed;
  const production = data.NODE_ENV === 'production';
  return {
    ...data,
    production,
    /** Of PUBLIC_URL */
    publicOrigin: data.PUBLIC_URL && new URL(data.PUBLIC_URL).origin,
    /** Never empty. */
    APP_SECRET: data.APP_SECRET.length > 0 ? data.APP_SECRET : [developmentSecret(data.DATA_DIR)],
    /** Satellite networks cost dollars a message: only for those who name them. */
    SMS_COUNTRIES_DENIED: [
      ...data.SMS_COUNTRIES_DENIED,
      ...(data.SMS_COUNTRIES_ALLOWED.includes(WORLD) ? [] : [WORLD]),
    ],
    // The embedded database works on the event loop itself: there a delay is work being done.
    SHED_ABOVE_DELAY: data.SHED_ABOVE_DELAY ?? (data.DATABASE_URL ? 1_000 : 0),
    RATE_LIMIT_EXEMPT: blockList(
      env['RATE_LIMIT_EXEMPT'] === undefined && !production
        ? ['127.0.0.0/8', '::1']
        : data.RATE_LIMIT_EXEMPT,
    ),
  };
}

/** Made once for a data folder, so that sessions outlive a restart; two processes agree on one. */
function developmentSecret(folder: string): string {
  const file = join(folder, 'app-secret');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8');
}

function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isCidr(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

function blockList(ranges: string[]): BlockList {
  const blocks = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    blocks.addSubnet(address, bits ? Number(bits) : family === 'ipv4' ? 32 : 128, family);
  }
  return blocks;
}
