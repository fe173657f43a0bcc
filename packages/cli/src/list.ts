import { InvalidArgumentError, Option } from 'commander';
import type { Context } from './define.ts';
import { type Column, table } from './table.ts';

export interface ListOptions {
  limit: number;
  all?: boolean;
}

export function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be 1 or more.');
  return number;
}

/** What every list takes. */
export const listOptions = () => [
  new Option('-n, --limit <count>', 'at most so many').argParser(positive).default(20),
  new Option('-a, --all', 'all of them').conflicts('limit'),
];

/** The size of the pages to ask for. */
export const pageSize = ({ limit, all }: ListOptions) => (all ? 100 : Math.min(limit, 100));

/**
 * Shows a list: for a program as JSON Lines, each as it arrives; for a person as a table, page by
 * page, and a word if there is more.
 */
export async function showList<Item>(
  { out }: Context,
  items: AsyncIterable<Item>,
  { columns, none, ...options }: ListOptions & { columns: Column<Item>[]; none: string },
): Promise<void> {
  const most = options.all ? Number.POSITIVE_INFINITY : options.limit;
  const rows: Item[] = [];
  let shown = 0;
  for await (const item of items) {
    if (shown === most) {
      if (!out.json) out.say(`There are more: see them with --all, or --limit.`);
      break;
    }
    shown += 1;
    if (out.json) await out.line(JSON.stringify(item));
    else rows.push(item);
  }
  if (out.json) return;
  if (rows.length === 0) out.say(none);
  else await out.line(table(rows, columns, out));
}
