import { Argument, Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { IncompleteError } from '../../errors.ts';
import { detectFormat, type FileFormat } from '../../files/file-format.ts';
import { RECORD_KINDS, type RecordKind } from '../../files/record-kind.ts';
import { sendFile } from '../../import/send-file.ts';
import { formatNumber, pluralize } from '../../output/format.ts';

interface Options {
  format?: FileFormat;
  dryRun?: true;
  skipBad?: true;
}

export const importRecords = defineCommand<Options, [kind: RecordKind, file: string]>({
  name: 'import',
  summary: 'Import users or referrals from a file',
  description: `Import users or referrals from an export or from another system. Import users first.

User fields:
  phone, and optionally email, displayName, inviteCode, status, createdAt

Referral fields:
  refereePhone, referrerPhone, and optionally activatedAt

All lines are checked before any is imported. \
Existing records stay unchanged, so you can run an interrupted import again.`,
  examples: [
    'invitree admin import users users.csv --dry-run',
    'invitree admin import users users.csv',
    'invitree admin import referrals referrals.jsonl --skip-bad',
  ],
  arguments: [
    new Argument('<kind>', 'Records to import').choices(RECORD_KINDS),
    new Argument('<file>', 'CSV with a header row, or JSON Lines'),
  ],
  options: [
    new Option('--format <format>', 'File format; by default from the file extension').choices([
      'csv',
      'jsonl',
    ]),
    new Option('--dry-run', 'Check the file without importing anything'),
    new Option('--skip-bad', 'Import the valid lines and skip the others'),
  ],
  async run(context, { format, dryRun, skipBad }, kind, file) {
    const { out } = context;
    const client = await context.connect();
    const source = { client, kind, file, format: format ?? detectFormat(file) };
    const noun = kind.slice(0, -1);
    const reportedLines = new Set<number>();
    const checked = await sendFile(context, source, { dryRun: true, reportedLines });
    const summary = { kind, file, lines: checked.lines, problems: checked.problems };
    if (dryRun) {
      const { created, existing } = checked;
      out.result({ ...summary, dryRun: true, created, existing }, () =>
        sentences(
          `Would import ${pluralize(created, noun)}`,
          existing > 0 && `${formatNumber(existing)} already exist`,
        ),
      );
      if (checked.problems > 0)
        throw new IncompleteError(`Found ${pluralize(checked.problems, 'problem')}.`);
      return;
    }
    if (checked.problems > 0 && !skipBad)
      throw new IncompleteError(
        `Found ${pluralize(checked.problems, 'problem')}. Nothing was imported. Fix the lines, or skip them with --skip-bad.`,
      );
    const { created, existing, problems } = await sendFile(context, source, {
      dryRun: false,
      reportedLines,
    });
    out.result({ ...summary, created, existing, problems: checked.problems + problems }, () =>
      sentences(
        `Imported ${pluralize(created, noun)}`,
        existing > 0 && `${formatNumber(existing)} already existed`,
        reportedLines.size > 0 && `Skipped ${pluralize(reportedLines.size, 'line')}`,
      ),
    );
    // The check cannot foresee all problems, such as two lines that contradict each other.
    if (problems > 0) throw new IncompleteError(`Found ${pluralize(problems, 'more problem')}.`);
  },
});

function sentences(...parts: (string | false)[]): string {
  return parts.flatMap((part) => (part ? `${part}.` : [])).join(' ');
}
