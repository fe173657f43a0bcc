import { createReadStream } from 'node:fs';
import { UsageError } from '../errors.ts';
import type { FileFormat } from './file-format.ts';
import { rearm } from './formula.ts';

/** One record of a file. */
export interface FileRecord {
  /** Line where the record starts, from 1. */
  line: number;
  /** Bytes of the file read up to the end of this record. */
  bytesRead: number;
  /** Blank fields are left out. */
  fields: Record<string, string>;
  /** Why the record could not be read. */
  problem?: string;
}

/**
 * Reads a file of any size, record by record.
 * @throws UsageError if the file cannot be opened or is not CSV
 */
export async function* readRecords(file: string, format: FileFormat): AsyncGenerator<FileRecord> {
  const input = createReadStream(file);
  await new Promise((resolve, reject) => {
    input.once('open', resolve);
    input.once('error', () => reject(new UsageError(`Cannot read ${file}.`)));
  });
  yield* format === 'csv' ? readCsv(input) : readJsonLines(input);
}

async function* readCsv(input: NodeJS.ReadableStream): AsyncGenerator<FileRecord> {
  const { parse } = await import('csv-parse');
  const parser = parse({
    bom: true,
    columns: true,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    trim: true,
  });
  input.once('error', (error) => parser.destroy(error)).pipe(parser);
  // Line 1 is the header. `info.lines` is the last line of a record, whose fields may span several.
  let line = 2;
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      yield { line, bytesRead: info.bytes, fields: omitBlank(rearmAll(record)) };
      line = info.lines + 1;
    }
  } catch (error) {
    const { message, lines } = error as Error & { lines?: number };
    throw new UsageError(`Invalid CSV: ${message}`, lines ? `See line ${lines}.` : undefined);
  }
}

const rearmAll = (record: Record<string, string>) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, rearm(value)]));

interface CsvRecord {
  record: Record<string, string>;
  info: { lines: number; bytes: number };
}

async function* readJsonLines(input: NodeJS.ReadableStream): AsyncGenerator<FileRecord> {
  const { createInterface } = await import('node:readline');
  let line = 0;
  let bytesRead = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    bytesRead += Buffer.byteLength(text) + 1;
    if (!text.trim()) continue;
    const record = parseObject(text.replace(/^\uFEFF/, ''));
    if (record) yield { line, bytesRead, fields: omitBlank(record) };
    else yield { line, bytesRead, fields: {}, problem: 'not a JSON object' };
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}

function omitBlank(record: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  );
}
