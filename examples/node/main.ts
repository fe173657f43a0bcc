/**
 * Signs in, keeps the session in a file and activates an invite code.
 * Usage: `pnpm start [INVITE_CODE]`
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { createClient, isInvitreeError } from '@invitree/sdk';

const FILE = 'session.json';
const client = createClient({
  url: process.env['INVITREE_URL'] ?? 'http://127.0.0.1:3000',
  storage: {
    load: async () => JSON.parse(await readFile(FILE, 'utf8').catch(() => 'null')),
    save: (tokens) => writeFile(FILE, JSON.stringify(tokens), { mode: 0o600 }),
  },
});

const signedIn = (await client.session.accessToken()) !== null;
const me = signedIn ? await client.profile.me() : await signIn();
console.log(`${me.phone}: invite code ${me.inviteCode}, ${me.referralCount} referrals`);

const inviteCode = process.argv[2];
if (inviteCode) {
  try {
    const { activatedAt } = await client.referral.activate({ inviteCode });
    console.log(`Activated ${inviteCode} at ${activatedAt}`);
  } catch (error) {
    if (!isInvitreeError(error)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

async function signIn() {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // One iterator for both questions, because piped input may deliver both lines at once.
  const lines = terminal[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string> => {
    process.stdout.write(question);
    return (await lines.next()).value ?? '';
  };
  const phone = await ask('Phone: ');
  const { codeLength, devCode } = await client.auth.requestCode({ phone });
  const hint = devCode ? ` (in development, ${devCode})` : '';
  const code = await ask(`Enter the ${codeLength}-digit code we texted you${hint}: `);
  terminal.close();
  const { user } = await client.auth.verifyCode({ phone, code });
  return user;
}
