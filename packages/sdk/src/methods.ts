/** Options that every method takes after its input. */
export interface CallOptions {
  /**
   * Aborts the call, which then rejects with reason `ABORTED`. The server still completes a request
   * that it has already received.
   */
  signal?: AbortSignal | undefined;
}

/** One page of a list. */
export interface Page<Item> {
  items: Item[];
  /** The `cursor` of the next page; null on the last page. */
  nextCursor: string | null;
}

/** Input that every paginated method takes. */
export interface PageInput {
  /**
   * The `nextCursor` of the previous page.
   * @default the first page
   */
  cursor?: string | undefined;
  /**
   * Items per page, 1 to 100.
   * @default 20
   */
  limit?: number | undefined;
}

/** A method that returns a list in pages. */
export interface Pages<Input, Item> {
  /** Fetches one page. */
  (input: Input & PageInput, options?: CallOptions): Promise<Page<Item>>;
  /**
   * Iterates over all items, starting at `cursor`. Pages of `limit` items are fetched as needed.
   * @example
   * for await (const referral of client.referral.list.all({ userId })) console.log(referral.phone);
   */
  all(input: Input & PageInput, options?: CallOptions): AsyncGenerator<Item, void, undefined>;
}

/** What the client needs to know about a procedure at run time. */
export interface Procedure {
  type: 'query' | 'mutation';
  /** Set if no access token is needed. */
  access?: 'anyone';
  /** Set if the procedure takes no input. */
  input?: 'none';
  /** Set if the procedure returns a list in pages. */
  output?: 'pages';
}
