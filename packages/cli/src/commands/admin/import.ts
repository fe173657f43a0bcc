import { stat } from 'node:fs/promises';
import type { Client, Imported } from '@invitree/sdk';
import { Argument, Option } from 'commander';
import { batches } from '../../batches.ts';
import { type Context, define } from '../../define.ts';
import { Incomplete, UsageError } from '../../failures.ts';
import { showProgress } from '../../progress.ts';
import { type Format, formatOf, type Line, readRecords } from '../../records.ts';
import { withRetry } from '../../retry.ts';
import { count } from '../../words.ts';
import type { Kind } from './export.ts';

interface Options {
  format?: Format;
  dryRun?: true;
  skipBad?: true;
}

/** What an import reads of a line; other fields, as those that an export adds, it passes over. */
const FIELDS = {
  users: { needed: ['phone'], more: ['email', 'displayName', 'inviteCode', 'status', 'createdAt'] },
  referrals: { needed: ['refereePhone', 'referrerPhone'], more: ['activatedAt'] },
};

export const importData = define<Options, [kind: Kind, file: string]>({
  name: 'import',
  summary: 'Take users or referrals over from another system, or from an export',
  description:
    'Take users or referrals over from a file with the fields\n' +
    '  users      phone, and if known email, displayName, inviteCode, status, createdAt\n' +
    '  referrals  refereePhone, referrerPhone, and if known activatedAt\n' +
    'Users first, then referrals. Every line is checked before the first is taken; one that is there already is left as it is. ' +
    'So an import that was cut off is simply run again',
  examples: [
    'invitree admin import users users.csv --dry-run',
    'invitree admin import users users.csv',
    'invitree admin import referrals referrals.jsonl --skip-bad',
  ],
  arguments: [
    new Argument('<kind>').choices(Object.keys(FIELDS)),
    new Argument('<file>', 'CSV with a head line, or a JSON object a line'),
  ],
  options: [
    new Option('--format <format>', "by the file's name").choices(['csv', 'jsonl']),
    new Option('--dry-run', 'tell each bad line and why, and change nothing'),
    new Option('--skip-bad', 'take the good lines though there are bad ones'),
  ],
  async run(context, { format, dryRun, skipBad }, kind, file) {
    const { out } = context;
    const client = await context.connect();
    const job = { client, kind, file, format: format ?? formatOf(file) };
    const told = new Set<number>();
    const checked = await pass(context, job, { dryRun: true, told });
    const summary = { kind, file, lines: checked.lines, problems: checked.problems };
    if (dryRun) {
      out.result(
        { ...summary, dryRun: true, created: checked.created, existing: checked.existing },
        () =>
          `Would take ${count(checked.created, kind.slice(0, -1))} over; ${checked.existing} are there already.`,
      );
      if (checked.problems > 0) throw new Incomplete(`${count(checked.problems, 'problem')}.`);
      return;
    }
    if (checked.problems > 0 && !skipBad)
      throw new Incomplete(
        `${count(checked.problems, 'problem')}: nothing was imported. Mend the lines, or leave them out with --skip-bad.`,
      );
    const done = await pass(context, job, { dryRun: false, told });
    const { created, existing } = done;
    const problems = checked.problems + done.problems;
    out.result({ ...summary, created, existing, problems }, () =>
      [
        `Took ${count(created, kind.slice(0, -1))} over; ${existing} were there already`,
        ...(told.size > 0 ? [`${count(told.size, 'line')} left out`] : []),
      ]
        .join(', ')
        .concat('.'),
    );
    // What the check could not foresee, such as two lines that do not go together.
    if (done.problems > 0) throw new Incomplete(`${count(done.problems, 'more problem')}.`);
  },
});

interface Job {
  client: Client;
  kind: Kind;
  file: string;
  format: Format;
}

interface Tally {
  lines: number;
  created: number;
  existing: number;
  problems: number;
}

/** Sends the whole file, a batch at a time, and tells the problems of each line on stderr, once. */
async function pass(
  { io, out }: Context,
  { client, kind, file, format }: Job,
  { dryRun, told }: { dryRun: boolean; told: Set<number> },
): Promise<Tally> {
  const tally: Tally = { lines: 0, created: 0, existing: 0, problems: 0 };
  const size = await sizeOf(file);
  const progress = showProgress(io, dryRun ? 'Checking' : 'Importing');
  const known = new Set(told);
  const tell = (line: number, problem: string) => {
    if (known.has(line)) return;
    told.add(line);
    tally.problems += 1;
    progress.end();
    out.say(`line ${line}: ${problem}`);
  };
  try {
    for await (const batch of batches(checkedRecords(file, format, kind, tell))) {
      const lines = batch.map(({ fields }) => fields);
      const done: Imported = await withRetry(() =>
        kind === 'users'
          ? client.admin.importUsers({ lines: lines as { phone: string }[], dryRun })
          : client.admin.importReferrals({
              lines: lines as { refereePhone: string; referrerPhone: string }[],
              dryRun,
            }),
      );
      for (const { index, field, reason } of done.problems)
        tell(batch[index]?.number as number, `${field}: ${REASONS[reason] ?? reason}`);
      tally.lines += batch.length;
      tally.created += done.created;
      tally.existing += done.existing;
      progress.update(tally.lines, (batch.at(-1)?.read ?? 0) / size);
    }
  } finally {
    progress.end();
  }
  return tally;
}

async function* checkedRecords(
  file: string,
  format: Format,
  kind: Kind,
  tell: (line: number, problem: string) => void,
): AsyncGenerator<Line> {
  const { needed, more } = FIELDS[kind];
  for await (const { number, read, fields, problem } of readRecords(file, format)) {
    const known = Object.fromEntries(
      [...needed, ...more].flatMap((name) =>
        name in fields ? [[name, fields[name] as string]] : [],
      ),
    );
    const missing = needed.filter((name) => !(name in fields));
    if (problem) tell(number, problem);
    else if (missing.length > 0) tell(number, `${missing.join(' and ')}: missing`);
    else if (Object.values(known).some((text) => text.length > 1000)) tell(number, 'too long');
    else yield { number, read, fields: known };
  }
}

const REASONS: Record<string, string> = {
  PHONE_INVALID: 'not a valid phone number',
  INPUT_INVALID: 'not valid',
  EMAIL_TAKEN: 'belongs to another account',
  INVITE_CODE_TAKEN: 'taken by another user',
  NOT_FOUND: 'nobody has this phone: import the users first',
  INVITE_CODE_NOT_FOUND: 'has no invite code',
  INVITE_CODE_OWN: 'the same as the referee',
  ALREADY_ACTIVATED: 'the referee has another referrer already',
  REFERRAL_CYCLE: 'was brought by the referee, directly or through others',
  REFERRER_BLOCKED: 'is blocked',
};

async function sizeOf(file: string): Promise<number> {
  const { size } = await stat(file).catch(() => {
    throw new UsageError(`${file} cannot be read.`);
  });
  return size;
}
