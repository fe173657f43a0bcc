/** What any call takes after its input. */
export interface CallOptions {
  /** Gives the call up: it rejects with reason ABORTED. What the server has begun, it still finishes. */
  signal?: AbortSignal | undefined;
}

export interface Page<Item> {
  items: Item[];
  /** `cursor` of the next page; null on the last one */
  nextCursor: string | null;
}

export interface PageInput {
  /** `nextCursor` of the page before; the first page if left out. */
  cursor?: string | undefined;
  /** Items a page, 1 to 100; 20 if left out. */
  limit?: number | undefined;
}

/** A procedure that answers with pages. */
export interface Pages<Input, Item> {
  /** One page. */
  (input: Input & PageInput, options?: CallOptions): Promise<Page<Item>>;
  /**
   * Every item from `cursor` on, or from the first; pages of `limit` are fetched as they are needed.
   * @example for await (const referral of client.referral.list.all({ userId })) console.log(referral.phone);
   */
  all(input: Input & PageInput, options?: CallOptions): AsyncGenerator<Item, void, undefined>;
}

/** What a client must know of a procedure to call it. */
export interface Procedure {
  type: 'query' | 'mutation';
  access?: 'anyone';
  input?: 'none';
  output?: 'pages';
}
