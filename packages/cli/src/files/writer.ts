import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { FileFormat } from './file-format.ts';
import { disarm } from './formula.ts';

type Row = Record<string, unknown>;

/** Characters per write */
const CHUNK = 64 * 1024;

/** Writes rows as CSV (RFC 4180) or JSON Lines. Waits for the stream, so memory stays constant. */
export async function writeRows(
  rows: AsyncIterable<object>,
  stream: Writable,
  {
    format,
    fields,
    onRow,
  }: { format: FileFormat; fields: string[]; onRow: (written: number) => void },
): Promise<number> {
  const toText =
    format === 'jsonl'
      ? (row: Row) => `${JSON.stringify(row)}\n`
      : (row: Row) => csvLine(fields.map((field) => row[field]));
  let written = 0;
  let text = format === 'csv' ? csvLine(fields) : '';
  for await (const row of rows) {
    text += toText(row as Row);
    written += 1;
    onRow(written);
    if (text.length < CHUNK) continue;
    if (!stream.write(text)) await once(stream, 'drain');
    text = '';
  }
  if (text) stream.write(text);
  return written;
}

const csvLine = (values: unknown[]) => `${values.map(csvField).join(',')}\r\n`;

function csvField(value: unknown): string {
  const text = value === null || value === undefined ? '' : disarm(String(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
