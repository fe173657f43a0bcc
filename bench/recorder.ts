import type { Database } from '../packages/server/src/database/port.ts';

/** Wraps a database to record each distinct statement with the values of its first run. */
export function recordStatements(database: Database) {
  const statements = new Map<string, unknown[]>();
  const record = ({ text, values }: { text: string; values: unknown[] }) => {
    if (!statements.has(text)) statements.set(text, values);
  };
  return {
    statements,
    database: {
      ...database,
      query: <Row>(statement: Parameters<Database['query']>[0]) => {
        record(statement);
        return database.query<Row>(statement);
      },
      transaction: ((work) =>
        database.transaction((tx) =>
          work({
            query: (statement) => {
              record(statement);
              return tx.query(statement);
            },
          }),
        )) as Database['transaction'],
    },
  };
}
