import { Client, escapeLiteral } from 'pg';
import type { Target } from './target.ts';

const LARGE_TABLES = new Set(['users', 'invite_codes', 'referrals', 'referral_days']);

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: Plan[];
}

/**
 * Describes PostgreSQL's generic plan of each statement, one line per statement. PostgreSQL
 * switches prepared statements to generic plans after a few executions.
 */
export async function explainStatements({ url, statements }: Target): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('set plan_cache_mode = force_generic_plan');
  const lines: string[] = [];
  for (const [text, values] of statements) {
    if (text.includes('pg_advisory')) continue;
    await client.query(`prepare statement as ${text}`);
    const literals = values.map(literal).join(', ');
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `explain (format json) execute statement${literals && `(${literals})`}`,
    );
    await client.query('deallocate statement');
    const nodes = rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => flatten(Plan)));
    const scans = nodes
      .filter(
        (node) => node['Node Type'] === 'Seq Scan' && LARGE_TABLES.has(node['Relation Name'] ?? ''),
      )
      .map((node) => node['Relation Name']);
    const verdict = scans.length > 0 ? `SEQUENTIAL SCAN of ${scans.join(', ')}` : 'by index';
    lines.push(`${verdict}: ${text.replaceAll(/\s+/g, ' ').trim().slice(0, 100)}`);
  }
  await client.end();
  return lines;
}

const flatten = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flatten)];

function literal(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return String(value);
  if (value instanceof Date) return escapeLiteral(value.toISOString());
  if (Array.isArray(value)) return escapeLiteral(`{${value.join(',')}}`);
  return escapeLiteral(String(value));
}
