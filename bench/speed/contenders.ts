import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APP_SECRET, type Ground } from './ground.ts';
import { type Contender, launch } from './processes.ts';

const MAIN = '../../packages/server/src/main.ts';

const SETTINGS = {
  APP_SECRET,
  PORT: '0',
  // As an operator has it, and so that codes come back with the answer: development.
  PUBLIC_URL: 'https://invite.example',
  SMS_SENDER: 'console',
  // One phone here asks as often as a thousand do elsewhere, and a full machine is what is wanted.
  CODE_RESEND_AFTER: '0',
  CODE_SENDS_PER_HOUR: '1000000',
  CODE_SENDS_PER_DAY: '1000000',
  MAX_EVENT_LOOP_DELAY: '0',
};

export function launchInvitree(ground: Ground, redis: string, name = 'Invitree') {
  const env = { ...SETTINGS, DATABASE_URL: ground.url, REDIS_URL: redis };
  return launch(name, { file: MAIN, env, ready: '/readyz' });
}

export function launchEmbedded() {
  const folder = mkdtempSync(join(tmpdir(), 'invitree-bench-data-'));
  const env = { ...SETTINGS, DATA_DIR: folder };
  return { folder, started: launch('Invitree, embedded', { file: MAIN, env, ready: '/readyz' }) };
}

/** @param constant what it answers at /constant, as JSON */
export function launchFloor(ground: Ground, constant: string): Promise<Contender> {
  return launch('Floor', {
    file: './floor.ts',
    env: { DATABASE_URL: ground.url, PUBLIC_KEY: ground.publicKey, CONSTANT: constant },
    ready: '/constant',
  });
}

export function launchPeer(ground: Ground): Promise<Contender> {
  return launch('better-auth', {
    file: './peer.ts',
    env: { DATABASE_URL: ground.url, APP_SECRET },
    ready: '/api/auth/ok',
  });
}
