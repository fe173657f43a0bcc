import { extname } from 'node:path';
import { UsageError } from '../errors.ts';

export type FileFormat = 'csv' | 'jsonl';

/** @throws UsageError if the extension is not known */
export function detectFormat(file: string): FileFormat {
  const extension = extname(file).toLowerCase();
  if (extension === '.csv') return 'csv';
  if (extension === '.jsonl' || extension === '.ndjson') return 'jsonl';
  throw new UsageError('Missing --format.', `Pass --format csv or --format jsonl for ${file}.`);
}
