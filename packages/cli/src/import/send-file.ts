import { stat } from 'node:fs/promises';
import type { Client, Imported } from '@invitree/sdk';
import type { Context } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { FileFormat } from '../files/file-format.ts';
import type { RecordKind } from '../files/record-kind.ts';
import { showProgress } from '../output/progress.ts';
import { toBatches } from './batches.ts';
import { describeProblem } from './problems.ts';
import { withRetry } from './retry.ts';
import { readValidRecords } from './validate.ts';

interface ImportFile {
  client: Client;
  kind: RecordKind;
  file: string;
  format: FileFormat;
}

interface ImportTotals {
  lines: number;
  created: number;
  existing: number;
  problems: number;
}

/**
 * Sends the whole file in batches. Prints each problem to stderr, except for lines in
 * `reportedLines`, and adds its line to them.
 */
export async function sendFile(
  { io, out }: Context,
  { client, kind, file, format }: ImportFile,
  { dryRun, reportedLines }: { dryRun: boolean; reportedLines: Set<number> },
): Promise<ImportTotals> {
  const totals: ImportTotals = { lines: 0, created: 0, existing: 0, problems: 0 };
  const size = await sizeOf(file);
  const progress = showProgress(io, dryRun ? 'Checking' : 'Importing');
  const reportedBefore = new Set(reportedLines);
  const report = (line: number, problem: string) => {
    if (reportedBefore.has(line)) return;
    reportedLines.add(line);
    totals.problems += 1;
    progress.clear();
    out.info(`line ${line}: ${problem}`);
  };
  try {
    for await (const batch of toBatches(readValidRecords(file, format, kind, report))) {
      const lines = batch.map(({ fields }) => fields);
      const imported: Imported = await withRetry(() =>
        kind === 'users'
          ? client.admin.importUsers({ lines: lines as { phone: string }[], dryRun })
          : client.admin.importReferrals({
              lines: lines as { refereePhone: string; referrerPhone: string }[],
              dryRun,
            }),
      );
      for (const problem of imported.problems)
        report(batch[problem.index]?.line as number, describeProblem(problem));
      totals.lines += batch.length;
      totals.created += imported.created;
      totals.existing += imported.existing;
      progress.update(totals.lines, (batch.at(-1)?.bytesRead ?? 0) / size);
    }
  } finally {
    progress.clear();
  }
  return totals;
}

async function sizeOf(file: string): Promise<number> {
  const { size } = await stat(file).catch(() => {
    throw new UsageError(`Cannot read ${file}.`);
  });
  return size;
}
