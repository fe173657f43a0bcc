import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APP_SECRET, type Fixture } from './fixture.ts';
import { type Contender, launchContender } from './processes.ts';

const MAIN = '../../packages/server/src/main.ts';

const SETTINGS = {
  APP_SECRET,
  PORT: '0',
  // As in production. NODE_ENV is development, so that responses contain the one-time code.
  PUBLIC_URL: 'https://invite.example',
  SMS_SENDER: 'console',
  // A few phones here request as many codes as thousands would, and the machine must be saturated.
  CODE_RESEND_AFTER: '0',
  CODE_SENDS_PER_HOUR: '1000000',
  CODE_SENDS_PER_DAY: '1000000',
  MAX_EVENT_LOOP_DELAY: '0',
};

export function launchInvitree(fixture: Fixture, redis: string, name = 'Invitree') {
  const env = { ...SETTINGS, DATABASE_URL: fixture.url, REDIS_URL: redis };
  return launchContender(name, { file: MAIN, env, readyPath: '/readyz' });
}

export function launchEmbedded() {
  const folder = mkdtempSync(join(tmpdir(), 'invitree-bench-data-'));
  const env = { ...SETTINGS, DATA_DIR: folder };
  return {
    folder,
    started: launchContender('Invitree, embedded', { file: MAIN, env, readyPath: '/readyz' }),
  };
}

/** @param constant the JSON response of /constant */
export function launchFloor(fixture: Fixture, constant: string): Promise<Contender> {
  return launchContender('Floor', {
    file: './floor.ts',
    env: { DATABASE_URL: fixture.url, PUBLIC_KEY: fixture.publicKey, CONSTANT: constant },
    readyPath: '/constant',
  });
}

export function launchBaseline(fixture: Fixture): Promise<Contender> {
  return launchContender('better-auth', {
    file: './baseline.ts',
    env: { DATABASE_URL: fixture.url, APP_SECRET },
    readyPath: '/api/auth/ok',
  });
}
