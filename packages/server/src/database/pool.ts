import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool, PoolClient } from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';
import { type Availability, createAvailability } from '../observability/availability.ts';
import { createWithConnection, type WithConnection } from './connections.ts';
import type { Database, Sql } from './port.ts';
import { isConnectionLost, isReadTimeout, toDomainError } from './postgres-errors.ts';
import { runTransaction } from './transaction.ts';

type Statement = Parameters<Sql['query']>[0];
/** Text and values of a Statement, whose `text` getter builds the text on every read. */
type StatementText = Pick<Statement, 'text' | 'values'>;
type Query = <Row>(client: PoolClient, statement: StatementText) => Promise<Row[]>;

interface Options {
  /** Tracks whether the database can be reached. */
  availability?: Availability;
  /** False behind a pooler that assigns a connection per transaction. True by default. */
  namedStatements?: boolean;
  /** The statements that begin a transaction. */
  begin?: string;
}

/** Implements the Database port on a pool. */
export function createDatabase(
  pool: Pool,
  description: string,
  close: () => Promise<unknown>,
  {
    availability = createAvailability('The database'),
    namedStatements = true,
    begin = 'begin',
  }: Options = {},
): Database {
  const withConnection = createWithConnection(pool, availability);
  const query = namedStatements ? queryNamed : queryUnnamed;
  const sqlOn = (client: PoolClient): Sql => ({ query: (statement) => query(client, statement) });
  const prisma = createPrisma(pool, availability);
  return {
    prisma,
    description,
    health: {
      get up() {
        return availability.up;
      },
      get connections() {
        const { totalCount: open, idleCount: idle, waitingCount: waiting } = pool;
        return { open, idle, waiting };
      },
    },
    query: (statement) => queryWithRetry(withConnection, query, statement),
    transaction: (work) => runTransaction({ withConnection, begin, sqlOn }, work),
    async close() {
      await prisma.$disconnect();
      await close();
    },
  };
}

function createPrisma(pool: Pool, availability: Availability): PrismaClient {
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    // Other formats quote the arguments of the call, which are personal data.
    errorFormat: 'minimal',
  });
  return prisma.$extends({
    query: {
      $allOperations: ({ args, query }) =>
        query(args).catch((error) => {
          if (isConnectionLost(error)) availability.markDown(error);
          throw toDomainError(error);
        }),
    },
  }) as unknown as PrismaClient;
}

/** Retries reads only: a write may have been committed before the connection was lost. */
async function queryWithRetry<Row>(
  withConnection: WithConnection,
  query: Query,
  { text, values }: Statement,
): Promise<Row[]> {
  const maxAttempts = /^\s*select\b/i.test(text) ? 3 : 1;
  for (let attempt = 1; ; attempt++) {
    let sent = false;
    try {
      return await withConnection((client) => {
        sent = true;
        return query<Row>(client, { text, values });
      });
    } catch (error) {
      if (sent && attempt < maxAttempts && isConnectionLost(error) && !isReadTimeout(error))
        continue;
      throw toDomainError(error);
    }
  }
}

async function queryUnnamed<Row>(client: PoolClient, { text, values }: StatementText) {
  return (await client.query<Row & object>({ text, values })).rows as Row[];
}

const statementNames = new Map<string, string>();

async function queryNamed<Row>(client: PoolClient, { text, values }: StatementText) {
  let name = statementNames.get(text);
  if (!name) {
    name = createHash('sha1').update(text).digest('base64url');
    statementNames.set(text, name);
  }
  return (await client.query<Row & object>({ name, text, values })).rows as Row[];
}
