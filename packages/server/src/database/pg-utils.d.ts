/** What of pg its types leave out. pg-cursor and pg-query-stream use the same. */
declare module 'pg/lib/utils.js' {
  /** A value as text, or as bytes. */
  export function prepareValue(value: unknown): string | Buffer | null;
}
