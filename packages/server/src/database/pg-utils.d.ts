/** Missing from @types/pg. pg-cursor and pg-query-stream use the same function. */
declare module 'pg/lib/utils.js' {
  /** Encodes a parameter as text or bytes. */
  export function prepareValue(value: unknown): string | Buffer | null;
}
