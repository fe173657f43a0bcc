import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool, PoolClient } from 'pg';
import { DomainError } from '../core/errors.ts';
import { PrismaClient } from '../generated/prisma/client.ts';
import { type Availability, createAvailability } from '../observability/availability.ts';
import { type Database, RecordedRefusal, Retry, type Sql } from './port.ts';
import { asAnswer, contended, isAway, isConflict, isUnanswered } from './postgres-errors.ts';

type Statement = Parameters<Sql['query']>[0];
/** Of a Statement, which puts its text together each time that it is read. */
type Text = Pick<Statement, 'text' | 'values'>;

interface Options {
  /** Hears of every loss and every success. */
  availability?: Availability;
  /** Whether statements are prepared by name: not behind a pooler that hands connections around. */
  named?: boolean;
  /** What begins a transaction. */
  begin?: string;
}

/** A pool as the Database port. */
export function database(
  pool: Pool,
  description: string,
  close: () => Promise<unknown>,
  {
    availability = createAvailability('The database'),
    named = true,
    begin = 'begin',
  }: Options = {},
): Database {
  const connections = checkedOut(pool, availability);
  const query = <Row>(client: PoolClient, statement: Text) => run<Row>(client, statement, named);
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    // Without the arguments of the call, which are personal.
    errorFormat: 'minimal',
  });
  return {
    prisma: prisma.$extends({
      query: {
        $allOperations: ({ args, query }) =>
          query(args).catch((error) => {
            if (isAway(error)) availability.markDown(error);
            throw asAnswer(error);
          }),
      },
    }) as unknown as PrismaClient,
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
    async query<Row>({ text, values }: Statement) {
      // What only reads may be sent again; what writes may have been done before the connection went.
      const attempts = /^\s*select\b/i.test(text) ? 3 : 1;
      for (let attempt = 1; ; attempt++) {
        let sent = false;
        try {
          return await connections((client) => {
            sent = true;
            return query<Row>(client, { text, values });
          });
        } catch (error) {
          if (sent && attempt < attempts && isAway(error) && !isUnanswered(error)) continue;
          throw asAnswer(error);
        }
      }
    },
    transaction: (work) =>
      transaction(connections, begin, (client) => ({ query: (each) => query(client, each) }), work),
    async close() {
      await prisma.$disconnect();
      await close();
    },
  };
}

type Connections = <T>(work: (client: PoolClient) => Promise<T>) => Promise<T>;

/** Lends a connection; one that is broken, or whose state nobody knows, does not go back to the pool. */
function checkedOut(pool: Pool, availability: Availability): Connections {
  // One that breaks while it is lent and idle says so by an event that would end the process.
  pool.on('connect', (client) => client.on('error', availability.markDown));
  return async (work) => {
    let broken: unknown;
    let client: PoolClient | undefined;
    try {
      client = await pool.connect();
      const result = await work(client);
      if (!availability.up) availability.markUp();
      return result;
    } catch (error) {
      if (isAway(error) || isUnanswered(error) || error instanceof Unclean) broken = error;
      if (isAway(error)) availability.markDown(error);
      throw error instanceof Unclean ? error.cause : error;
    } finally {
      client?.release(broken !== undefined);
    }
  };
}

/** The connection is still inside a transaction. */
class Unclean extends Error {}

const names = new Map<string, string>();

async function run<Row>(client: PoolClient, { text, values }: Text, named: boolean) {
  if (!named) return (await client.query<Row & object>({ text, values })).rows as Row[];
  let name = names.get(text);
  if (!name) {
    name = createHash('sha1').update(text).digest('base64url');
    names.set(text, name);
  }
  return (await client.query<Row & object>({ name, text, values })).rows as Row[];
}

/** PostgreSQL breaks one of a deadlock's parties, so the others get on. */
const ATTEMPTS = 10;
/** A Retry says that another transaction got on, so there are no more of them than others under way. */
const RETRIES = 100;
/** One that is gone before COMMIT was sent took all with it. To try for longer is the caller's choice. */
const LOSSES = 3;

async function transaction<T>(
  connections: Connections,
  begin: string,
  within: (client: PoolClient) => Sql,
  work: (tx: Sql) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const progress = { working: false };
    try {
      return await connections(async (client) => {
        progress.working = true;
        try {
          await client.query(begin);
          const result = await work(within(client));
          progress.working = false;
          const { command } = await client.query('commit');
          // So PostgreSQL answers when a statement had failed and the failure was passed over.
          if (command !== 'COMMIT') throw new Error('The transaction was rolled back');
          return result;
        } catch (error) {
          if (!isAway(error) && !isUnanswered(error))
            await client.query('rollback').catch(() => {
              throw new Unclean('', { cause: error });
            });
          if (error instanceof RecordedRefusal) await within(client).query(error.record);
          throw error;
        }
      });
    } catch (error) {
      const conflict = isConflict(error);
      if (conflict && attempt < ATTEMPTS) continue;
      if (error instanceof Retry && attempt < RETRIES) continue;
      const undone = progress.working && isAway(error) && !(error instanceof DomainError);
      if (undone && attempt < LOSSES) continue;
      throw conflict || error instanceof Retry ? contended(error) : asAnswer(error);
    }
  }
}
