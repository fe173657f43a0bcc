import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Client } from '@invitree/sdk';
import { Argument, Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { detectFormat, type FileFormat } from '../../files/file-format.ts';
import { EXPORT_FIELDS, RECORD_KINDS, type RecordKind } from '../../files/record-kind.ts';
import { writeRows } from '../../files/writer.ts';
import { pluralize } from '../../output/format.ts';
import { showProgress } from '../../output/progress.ts';

interface Options {
  format?: FileFormat;
  output?: string;
}

/** Rows per request */
const PAGE_SIZE = 1000;

export const exportRecords = defineCommand<Options, [kind: RecordKind]>({
  name: 'export',
  summary: 'Export all users or referrals',
  examples: [
    'invitree admin export users --output users.csv',
    'invitree admin export referrals --format jsonl | gzip > referrals.jsonl.gz',
  ],
  arguments: [new Argument('<kind>', 'Records to export').choices(RECORD_KINDS)],
  options: [
    new Option(
      '--format <format>',
      'Output format; by default from the file extension, or csv',
    ).choices(['csv', 'jsonl']),
    new Option('-o, --output <file>', 'Write to this file instead of standard output'),
  ],
  async run({ io, out, connect }, { format: givenFormat, output }, kind) {
    const client = await connect();
    const { users, activations } = await client.admin.stats({ days: 1 });
    const total = kind === 'users' ? users : activations;
    const format = givenFormat ?? (output ? detectFormat(output) : 'csv');
    const writeTo = async (stream: Writable): Promise<number> => {
      const progress = showProgress(io, `Exporting ${kind}`);
      const onRow = (written: number) => progress.update(written, written / total);
      try {
        return await writeRows(fetchRows(client, kind), stream, {
          format,
          fields: EXPORT_FIELDS[kind],
          onRow,
        });
      } finally {
        progress.clear();
      }
    };
    if (!output) {
      await writeTo(io.stdout);
      return;
    }
    const count = await replaceFile(output, writeTo);
    out.result(
      { file: output, count },
      () => `Exported ${pluralize(count, kind.slice(0, -1))} to ${output}.`,
    );
  },
});

function fetchRows(client: Client, kind: RecordKind): AsyncIterable<object> {
  return kind === 'users'
    ? client.admin.exportUsers.all({ limit: PAGE_SIZE })
    : client.admin.exportReferrals.all({ limit: PAGE_SIZE });
}

/** Writes a file that only its owner can read. Leaves the existing file alone on failure. */
async function replaceFile(
  path: string,
  write: (stream: Writable) => Promise<number>,
): Promise<number> {
  const draft = `${path}.part`;
  const stream = createWriteStream(draft, { mode: 0o600 });
  try {
    const count = await write(stream);
    stream.end();
    await finished(stream);
    await rename(draft, path);
    return count;
  } catch (error) {
    stream.destroy();
    await rm(draft, { force: true });
    throw error;
  }
}
