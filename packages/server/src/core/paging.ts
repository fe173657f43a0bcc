import { z } from 'zod';
import { checkInput } from './errors.ts';

/** The sort key of the last row of a page. The next page starts after it. */
export interface Cursor {
  at: Date;
  id: string;
}

export interface Page<Item> {
  items: Item[];
  /** null on the last page. */
  nextCursor: string | null;
}

/** Input fields of every list. Cursors are opaque: one that was not issued here is INPUT_INVALID. */
export const pageInput = {
  cursor: z
    .string()
    .max(200)
    .optional()
    .describe('`nextCursor` of the previous page')
    .meta({ example: undefined }),
  limit: z.number().int().min(1).max(100).default(20).describe('Items per page'),
};

/** The schema of a page. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/**
 * Decodes a cursor that `pageOf` issued.
 * @throws DomainError INPUT_INVALID
 */
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

/** Builds a page from up to `limit + 1` rows; the extra row shows that another page follows. */
export function pageOf<Item>(rows: Item[], limit: number, key: (item: Item) => Cursor): Page<Item> {
  return pageBy(rows, limit, (item) => {
    const { at, id } = key(item);
    return Buffer.from(`${+at} ${id}`).toString('base64url');
  });
}

/** Like `pageOf`, for lists with a cursor format of their own. */
export function pageBy<Item>(
  rows: Item[],
  limit: number,
  cursorOf: (lastItem: Item) => string,
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: last && rows.length > limit ? cursorOf(last) : null };
}
