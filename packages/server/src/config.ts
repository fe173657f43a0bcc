import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { pumpingSettings } from './auth/codes/settings.ts';
import { authSettings } from './auth/settings.ts';
import { addressList } from './core/ip-network.ts';
import { WORLD } from './core/phone.ts';
import { secretBits } from './core/secret-strength.ts';
import { list } from './core/setting-schemas.ts';
import { StartError } from './core/start-error.ts';
import { findTestPhone } from './core/test-phone.ts';
import { openDataFolder } from './database/data-folder.ts';
import { databaseSettings } from './database/settings.ts';
import { enrichmentSettings } from './enrichment/settings.ts';
import { httpSettings } from './http/settings.ts';
import { observabilitySettings } from './observability/settings.ts';
import { redisSettings } from './redis/settings.ts';
import { referralSettings } from './referral/settings.ts';
import { smsProblems } from './sms/sender-settings.ts';
import { smsSettings } from './sms/settings.ts';

/** Every setting by section. `docs/configuration.md` is generated from this. */
export const SETTINGS = {
  Service: {
    NODE_ENV: z
      .enum(['development', 'production', 'test'])
      .default('development')
      .describe('`production` turns off the development conveniences.'),
    APP_SECRET: list
      .refine((secrets) => secrets.every((secret) => secret.length >= 32), {
        error: 'each secret must have at least 32 characters',
      })
      .describe(
        'At least 32 random characters, from which all keys are derived. For rotation, list several, separated by commas: the first encrypts and signs, the others are still accepted. Required in production, which refuses secrets that are easy to guess.',
      )
      .meta({ shownDefault: 'generated in development' }),
    ...httpSettings,
  },
  'Database and Redis': { ...databaseSettings, ...redisSettings },
  'Sign-in': authSettings,
  SMS: { ...smsSettings, ...pumpingSettings },
  Referrals: referralSettings,
  Enrichment: enrichmentSettings,
  'Logs, metrics and traces': observabilitySettings,
};

const settings = z.object({
  ...SETTINGS.Service,
  ...SETTINGS['Database and Redis'],
  ...SETTINGS['Sign-in'],
  ...SETTINGS.SMS,
  ...SETTINGS.Referrals,
  ...SETTINGS.Enrichment,
  ...SETTINGS['Logs, metrics and traces'],
});

export type Config = ReturnType<typeof readConfig>;

/**
 * Reads and validates the settings.
 * @throws StartError that lists every invalid setting
 */
export function readConfig(env: Record<string, string | undefined> = process.env) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = settings.safeParse(given);
  const problems = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`),
    ...productionProblems(given, parsed.data),
    ...smsProblems(given),
  ];
  if (!parsed.success || problems.length > 0)
    throw new StartError(`Invalid settings:\n  ${problems.join('\n  ')}`);
  const { data } = parsed;
  const production = data.NODE_ENV === 'production';
  return {
    ...data,
    production,
    CODE_LENGTH: data.CODE_LENGTH ?? (production ? 6 : 4),
    /** The origin of PUBLIC_URL. */
    publicOrigin: data.PUBLIC_URL && new URL(data.PUBLIC_URL).origin,
    /** Never empty. The first secret encrypts and signs. */
    APP_SECRET: data.APP_SECRET.length > 0 ? data.APP_SECRET : [developmentSecret(data.DATA_DIR)],
    // An SMS over a satellite network costs dollars, so these are denied unless explicitly allowed.
    SMS_COUNTRIES_DENIED: [
      ...data.SMS_COUNTRIES_DENIED,
      ...(data.SMS_COUNTRIES_ALLOWED.includes(WORLD) ? [] : [WORLD]),
    ],
    // The embedded database runs on the event loop, so there a delay is no sign of overload.
    MAX_EVENT_LOOP_DELAY: data.MAX_EVENT_LOOP_DELAY ?? (data.DATABASE_URL ? 1_000 : 0),
    RATE_LIMIT_EXEMPT: addressList(
      env['RATE_LIMIT_EXEMPT'] === undefined && !production
        ? ['127.0.0.0/8', '::1']
        : data.RATE_LIMIT_EXEMPT,
    ),
  };
}

/** Bits below which production refuses a secret; searching 2^80 is out of reach. */
const MIN_SECRET_BITS = 80;

/**
 * Checks the raw settings, so that these problems are listed together with the schema's.
 * @param parsed undefined if the schema has found problems
 */
function productionProblems(
  given: Record<string, string | undefined>,
  parsed: z.infer<typeof settings> | undefined,
): string[] {
  if (given['NODE_ENV'] !== 'production') return [];
  const problems: string[] = [];
  if (!given['APP_SECRET'])
    problems.push('APP_SECRET is required in production: at least 32 random characters');
  if (parsed?.APP_SECRET.some((secret) => secretBits(secret) < MIN_SECRET_BITS))
    problems.push(
      'APP_SECRET is easy to guess. Generate each secret, for example with: openssl rand -hex 32',
    );
  if (!given['PUBLIC_URL'])
    problems.push('PUBLIC_URL is required in production, such as https://invite.example.com');
  if (given['TEST_PHONES'] && given['TEST_PHONES_IN_PRODUCTION'] !== 'yes')
    problems.push(
      'TEST_PHONES let anyone sign in, so production also requires TEST_PHONES_IN_PRODUCTION=yes',
    );
  for (const phone of parsed?.ADMIN_PHONES ?? [])
    if (findTestPhone(parsed?.TEST_PHONES ?? [], phone))
      problems.push(`TEST_PHONES must not cover ${phone}, which is in ADMIN_PHONES`);
  return problems;
}

/**
 * Reads the development secret of a data folder, which the first start creates. Sessions therefore
 * survive a restart, and processes that start together get the same secret.
 */
function developmentSecret(folder: string): string {
  const file = join(folder, 'app-secret');
  openDataFolder(folder);
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
