import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { UsageError } from './failures.ts';

export type Format = 'csv' | 'jsonl';

export function formatOf(file: string): Format {
  const extension = extname(file).toLowerCase();
  if (extension === '.csv') return 'csv';
  if (extension === '.jsonl' || extension === '.ndjson') return 'jsonl';
  throw new UsageError(`What format is ${file}?`, 'Say --format csv or --format jsonl.');
}

type Row = Record<string, unknown>;

/** Rows as text: CSV as of RFC 4180, or a JSON object a line. */
export function recordWriter(format: Format, fields: string[]) {
  if (format === 'jsonl') return { head: '', line: (row: Row) => `${JSON.stringify(row)}\n` };
  const line = (values: unknown[]) => `${values.map(csvField).join(',')}\r\n`;
  return { head: line(fields), line: (row: Row) => line(fields.map((field) => row[field])) };
}

function csvField(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One record of a file; fields that are blank are left out. */
export interface Line {
  /** Where it begins in the file, from 1 */
  number: number;
  /** How much of the file is read with it, in bytes */
  read: number;
  fields: Record<string, string>;
  /** Why it cannot be read */
  problem?: string;
}

/** The records of a file one after the other, however long it is. */
export async function* readRecords(file: string, format: Format): AsyncGenerator<Line> {
  const input = createReadStream(file);
  await new Promise((resolve, reject) => {
    input.once('open', resolve);
    input.once('error', () => reject(new UsageError(`${file} cannot be read.`)));
  });
  yield* format === 'csv' ? readCsv(input) : readJsonLines(input);
}

async function* readCsv(input: NodeJS.ReadableStream): AsyncGenerator<Line> {
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
  let number = 2;
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      yield { number, read: info.bytes, fields: nonBlank(record) };
      number = info.lines + 1;
    }
  } catch (error) {
    const { message, lines } = error as Error & { lines?: number };
    throw new UsageError(`This is no CSV: ${message}`, lines ? `See line ${lines}.` : undefined);
  }
}

interface CsvRecord {
  record: Record<string, string>;
  info: { lines: number; bytes: number };
}

async function* readJsonLines(input: NodeJS.ReadableStream): AsyncGenerator<Line> {
  const { createInterface } = await import('node:readline');
  let number = 0;
  let read = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    read += Buffer.byteLength(text) + 1;
    if (!text.trim()) continue;
    let record: unknown;
    try {
      record = JSON.parse(text.replace(/^\uFEFF/, ''));
    } catch {
      record = undefined;
    }
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      yield { number, read, fields: {}, problem: 'it is no JSON object' };
    else yield { number, read, fields: nonBlank(record as Row) };
  }
}

function nonBlank(record: Row): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  );
}
