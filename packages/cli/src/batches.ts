import type { Line } from './records.ts';

/** What the server takes at once: lines, and bytes of a request with room to spare. */
const LINES = 500;
const BYTES = 48 * 1024;

/** Lines in batches that fit into a request. */
export async function* batches(lines: AsyncIterable<Line>): AsyncGenerator<Line[]> {
  let batch: Line[] = [];
  let size = 0;
  for await (const line of lines) {
    const bytes = Buffer.byteLength(JSON.stringify(line.fields)) + 1;
    if (batch.length === LINES || (batch.length > 0 && size + bytes > BYTES)) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(line);
    size += bytes;
  }
  if (batch.length > 0) yield batch;
}
