import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Client } from '@invitree/sdk';
import { Argument, Option } from 'commander';
import { type Context, define } from '../../define.ts';
import { showProgress } from '../../progress.ts';
import { type Format, formatOf, recordWriter } from '../../records.ts';
import { count } from '../../words.ts';

interface Options {
  format?: Format;
  output?: string;
}

export type Kind = 'users' | 'referrals';

const FIELDS = {
  users: [
    'id',
    'phone',
    'email',
    'displayName',
    'role',
    'status',
    'inviteCode',
    'referralCount',
    'createdAt',
  ],
  referrals: [
    'refereeId',
    'refereePhone',
    'referrerId',
    'referrerPhone',
    'inviteCode',
    'activatedAt',
  ],
};

/** Rows a request */
const PAGE = 1000;

export const exportData = define<Options, [kind: Kind]>({
  name: 'export',
  summary: 'Write all users or referrals out, for a spreadsheet or another system',
  examples: [
    'invitree admin export users --output users.csv',
    'invitree admin export referrals --format jsonl | gzip > referrals.jsonl.gz',
  ],
  arguments: [new Argument('<kind>').choices(Object.keys(FIELDS))],
  options: [
    new Option('--format <format>', "by the file's name, else csv").choices(['csv', 'jsonl']),
    new Option('-o, --output <file>', 'instead of standard output; written whole or not at all'),
  ],
  async run(context, { format, output }, kind) {
    const client = await context.connect();
    const { users, activations } = await client.admin.stats({ days: 1 });
    const rows = all(client, kind);
    const total = kind === 'users' ? users : activations;
    const as = format ?? (output ? formatOf(output) : 'csv');
    if (!output)
      return void (await write(context, rows, { kind, as, total, to: context.io.stdout }));
    const draft = `${output}.part`;
    const file = createWriteStream(draft, { mode: 0o600 });
    try {
      const written = await write(context, rows, { kind, as, total, to: file });
      file.end();
      await finished(file);
      await rename(draft, output);
      context.out.result(
        { file: output, count: written },
        () => `${count(written, kind.slice(0, -1))} in ${output}.`,
      );
    } catch (error) {
      file.destroy();
      await rm(draft, { force: true });
      throw error;
    }
  },
});

type Row = Record<string, unknown>;

const all = (client: Client, kind: Kind): AsyncIterable<object> =>
  kind === 'users'
    ? client.admin.exportUsers.all({ limit: PAGE })
    : client.admin.exportReferrals.all({ limit: PAGE });

interface Writing {
  kind: Kind;
  as: Format;
  total: number;
  to: Writable;
}

/** Row by row, waiting whenever the other end does, so that memory stays as it is. */
async function write(
  { io }: Context,
  rows: AsyncIterable<object>,
  { kind, as, total, to }: Writing,
): Promise<number> {
  const progress = showProgress(io, `Exporting ${kind}`);
  const writer = recordWriter(as, FIELDS[kind]);
  let written = 0;
  let text = writer.head;
  try {
    for await (const row of rows) {
      text += writer.line(row as Row);
      written += 1;
      progress.update(written, written / total);
      if (text.length < CHUNK) continue;
      if (!to.write(text)) await once(to, 'drain');
      text = '';
    }
    if (text) to.write(text);
  } finally {
    progress.end();
  }
  return written;
}

const CHUNK = 64 * 1024;
