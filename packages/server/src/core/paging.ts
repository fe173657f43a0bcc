import { z } from 'zod';
import { checkInput } from './errors.ts';

/** The key of a page's last row: the next page is what comes after it. */
export interface Cursor {
  at: Date;
  id: string;
}

export interface Page<Item> {
  items: Item[];
  /** null on the last page */
  nextCursor: string | null;
}

/** What every list takes. A cursor is opaque to callers; one of their own making is INPUT_INVALID. */
export const pageInput = {
  cursor: z
    .string()
    .max(200)
    .optional()
    .describe('nextCursor of the page before')
    .meta({ example: undefined }),
  limit: z.number().int().min(1).max(100).default(20).describe('Items a page'),
};

export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** @throws DomainError INPUT_INVALID */
export function readCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined;
  const [at, id] = Buffer.from(text, 'base64url').toString().split(' ');
  return checkInput(parsedCursor, { cursor: { at: Number(at), id } }).cursor;
}

const parsedCursor = z.object({
  cursor: z.object({
    at: z
      .number()
      .min(0)
      .max(Date.UTC(9999, 0))
      .transform((at) => new Date(at)),
    id: z.uuid(),
  }),
});

/** A page out of up to `limit + 1` rows. */
export function pageOf<Item>(rows: Item[], limit: number, key: (item: Item) => Cursor): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (rows.length <= limit || !last) return { items, nextCursor: null };
  const { at, id } = key(last);
  return { items, nextCursor: Buffer.from(`${+at} ${id}`).toString('base64url') };
}
