import { types } from 'pg';
import { prepareValue } from 'pg/lib/utils.js';

/** A statement that PostgreSQL prepares once for each connection, by its name. */
export interface NamedStatement {
  name: string;
  text: string;
  values?: unknown[];
}

type Done = (error: Error | null, result?: { rows: object[] }) => void;
type Parse = (text: string) => unknown;

interface Column {
  name: string;
  parse: Parse;
}

/** What the statements of a connection answer with, by their names. */
export type Columns = Map<string, readonly Column[]>;

/** What of pg's connection speaks the extended protocol: pg-cursor and pg-query-stream use it too. */
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
 * Runs a named statement. pg's own Query asks for the columns of the answer, and reads what PostgreSQL
 * says of each, at every run: a tenth of what a profile costs (bench/README.md). This one asks once.
 */
export class NamedQuery {
  readonly name: string;
  readonly text: string;
  readonly callback: Done;
  readonly #values: unknown[];
  readonly #known: Columns;
  readonly #rows: object[] = [];
  #columns: readonly Column[] = [];
  #unreadable: Error | undefined;

  constructor({ name, text, values = [] }: NamedStatement, known: Columns, callback: Done) {
    this.name = name;
    this.text = text;
    this.callback = callback;
    this.#values = values.map(writer());
    this.#known = known;
  }

  submit(connection: Connection): void {
    const { name, text } = this;
    const { stream, parsedStatements, submittedNamedStatements } = connection;
    const columns = this.#known.get(name);
    // All of it in one write.
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
    this.#known.set(this.name, this.#columns);
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const row: Record<string, unknown> = {};
    try {
      let at = 0;
      for (const { name, parse } of this.#columns) {
        const text = fields[at++] ?? null;
        row[name] = text === null ? null : parse(text);
      }
      this.#rows.push(row);
    } catch (error) {
      this.#unreadable = error as Error;
    }
  }

  handleCommandComplete(): void {}

  handleEmptyQuery(): void {}

  handleReadyForQuery(): void {
    if (this.#unreadable) this.callback(this.#unreadable);
    else this.callback(null, { rows: this.#rows });
  }

  handleError(error: Error): void {
    this.callback(error);
  }
}

/**
 * Writes values as PostgreSQL reads them. pg puts a time together from twelve parts; here it is written at
 * once, and only once where a statement has the same one in many places.
 */
function writer(): (value: unknown) => unknown {
  let time: unknown;
  let text: unknown;
  return (value) => {
    if (!(value instanceof Date)) return prepareValue(value);
    if (value === time) return text;
    time = value;
    const year = value.getUTCFullYear();
    // Other years have a sign in ISO 8601, or are a year 0: PostgreSQL knows neither.
    text = year > 0 && year < 10_000 ? value.toISOString() : prepareValue(value);
    return text;
  };
}
