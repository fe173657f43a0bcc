import type { Context } from '../command.ts';
import type { ListOptions } from '../options.ts';
import { type Column, renderTable } from './table.ts';

/** Returns the page size to request from the server. */
export const pageSize = ({ limit, all }: ListOptions) => (all ? 100 : Math.min(limit, 100));

/** Prints a list: JSON Lines as the items arrive, or one table once all have arrived. */
export async function printList<Item>(
  { out }: Context,
  items: AsyncIterable<Item>,
  { columns, empty, ...options }: ListOptions & { columns: Column<Item>[]; empty: string },
): Promise<void> {
  const max = options.all ? Number.POSITIVE_INFINITY : options.limit;
  const rows: Item[] = [];
  let shown = 0;
  for await (const item of items) {
    if (shown === max) {
      if (!out.json) out.info(`Showing the first ${max}. Use --limit or --all to see more.`);
      break;
    }
    shown += 1;
    if (out.json) await out.writeLine(JSON.stringify(item));
    else rows.push(item);
  }
  if (out.json) return;
  if (rows.length === 0) out.info(empty);
  else await out.writeLine(renderTable(rows, columns, out));
}
