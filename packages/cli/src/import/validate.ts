import type { FileFormat } from '../files/file-format.ts';
import { type FileRecord, readRecords } from '../files/reader.ts';
import { IMPORT_FIELDS, type RecordKind } from '../files/record-kind.ts';
import type { ReportProblem } from './problems.ts';

/** The longest text that the server accepts in a field. */
const MAX_LENGTH = 1000;

/** Reads the records that can be sent, with their known fields only. Reports all others. */
export async function* readValidRecords(
  file: string,
  format: FileFormat,
  kind: RecordKind,
  report: ReportProblem,
): AsyncGenerator<FileRecord> {
  const { required, optional } = IMPORT_FIELDS[kind];
  for await (const { line, bytesRead, fields, problem } of readRecords(file, format)) {
    const known = Object.fromEntries(
      [...required, ...optional].flatMap((name) =>
        name in fields ? [[name, fields[name] as string]] : [],
      ),
    );
    const missing = required.filter((name) => !(name in fields));
    if (problem) report(line, problem);
    else if (missing.length > 0) report(line, `${missing.join(' and ')}: missing`);
    else if (Object.values(known).some((text) => text.length > MAX_LENGTH))
      report(line, 'too long');
    else yield { line, bytesRead, fields: known };
  }
}
