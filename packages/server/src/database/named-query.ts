import { types } from 'pg';
import { prepareValue } from 'pg/lib/utils.js';

/** A statement that PostgreSQL prepares once per connection, identified by its name. */
export interface NamedStatement {
  name: string;
  text: string;
  values?: unknown[];
}

type Callback = (error: Error | null, result?: { rows: object[] }) => void;
type Parse = (text: string) => unknown;

interface Column {
  name: string;
  parse: Parse;
}

/** Result columns of a connection's statements, by statement name. */
export type Columns = Map<string, readonly Column[]>;

/** The extended protocol methods of pg's connection. pg-cursor and pg-query-stream use them too. */
interface Connection {
  stream: { cork?(): void; uncork?(): void };
  parsedStatements: Record<string, string | undefined>;
  submittedNamedStatements: Record<string, string | undefined>;
  parse(statement: { name: string; text: string }): void;
  bind(portal: { statement: string; values: unknown[] }): void;
  describe(portal: { type: 'P'; name: string }): void;
  execute(portal: object): void;
  sync(): void;
}

/**
 * Runs a named statement. pg's own Query requests and parses the column descriptions on every run,
 * a tenth of the cost of reading a profile (bench/README.md). This one requests them once per
 * connection.
 */
export class NamedQuery {
  readonly name: string;
  readonly text: string;
  readonly callback: Callback;
  readonly #values: unknown[];
  readonly #cache: Columns;
  readonly #rows: object[] = [];
  #columns: readonly Column[] = [];
  #parseError: Error | undefined;

  constructor({ name, text, values = [] }: NamedStatement, cache: Columns, callback: Callback) {
    this.name = name;
    this.text = text;
    this.callback = callback;
    this.#values = values.map(createEncoder());
    this.#cache = cache;
  }

  submit(connection: Connection): void {
    const { name, text } = this;
    const { stream, parsedStatements, submittedNamedStatements } = connection;
    const columns = this.#cache.get(name);
    // Sends all messages in one write.
    stream.cork?.();
    try {
      if (!parsedStatements[name] && !submittedNamedStatements[name]) {
        connection.parse({ name, text });
        submittedNamedStatements[name] = text;
      }
      connection.bind({ statement: name, values: this.#values });
      if (columns) this.#columns = columns;
      else connection.describe({ type: 'P', name: '' });
      connection.execute({});
      connection.sync();
    } finally {
      stream.uncork?.();
    }
  }

  handleRowDescription({ fields }: { fields: { name: string; dataTypeID: number }[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: types.getTypeParser(dataTypeID, 'text') as Parse,
    }));
    this.#cache.set(this.name, this.#columns);
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const row: Record<string, unknown> = {};
    try {
      let index = 0;
      for (const { name, parse } of this.#columns) {
        const text = fields[index++] ?? null;
        row[name] = text === null ? null : parse(text);
      }
      this.#rows.push(row);
    } catch (error) {
      this.#parseError = error as Error;
    }
  }

  handleCommandComplete(): void {}

  handleEmptyQuery(): void {}

  handleReadyForQuery(): void {
    if (this.#parseError) this.callback(this.#parseError);
    else this.callback(null, { rows: this.#rows });
  }

  handleError(error: Error): void {
    this.callback(error);
  }
}

/**
 * Returns a function that encodes one statement's parameters. pg formats a Date from twelve parts;
 * toISOString is faster, and a Date that appears several times is formatted once.
 */
function createEncoder(): (value: unknown) => unknown {
  let lastDate: unknown;
  let lastText: unknown;
  return (value) => {
    if (!(value instanceof Date)) return prepareValue(value);
    if (value === lastDate) return lastText;
    lastDate = value;
    const year = value.getUTCFullYear();
    // PostgreSQL accepts neither the signed years of ISO 8601 nor a year 0.
    lastText = year > 0 && year < 10_000 ? value.toISOString() : prepareValue(value);
    return lastText;
  };
}
