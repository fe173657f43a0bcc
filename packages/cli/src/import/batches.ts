import type { FileRecord } from '../files/reader.ts';

/** The most records the server accepts per request. */
const MAX_RECORDS = 500;
/** Stays well below the server's limit on the size of a request. */
const MAX_BYTES = 48 * 1024;

/** Groups records into batches that fit into one request. */
export async function* toBatches(records: AsyncIterable<FileRecord>): AsyncGenerator<FileRecord[]> {
  let batch: FileRecord[] = [];
  let size = 0;
  for await (const record of records) {
    const bytes = Buffer.byteLength(JSON.stringify(record.fields)) + 1;
    if (batch.length === MAX_RECORDS || (batch.length > 0 && size + bytes > MAX_BYTES)) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(record);
    size += bytes;
  }
  if (batch.length > 0) yield batch;
}
