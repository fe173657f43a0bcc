import type { Sql } from 'sql-template-tag';
import { DomainError, type Reason } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { Client } from '../sessions/sessions.ts';
import { type AuditEvent, recordAudit } from './audit.ts';

interface ProofAttempt {
  action: AuditEvent['action'];
  method: 'phone' | 'password';
  client: Client;
  /** A query for (actor_id, target_id). */
  who: Sql;
}

const AUDITED_REASONS = new Set<Reason>(['CODE_WRONG', 'CREDENTIALS_WRONG']);

/**
 * Runs an attempt to prove an identity and records it if the code or password was wrong. Every
 * recorded attempt counts against the attempt limits, so these also limit how fast the log can grow;
 * attempts that the limits refuse are not recorded.
 */
export async function auditFailedProof<Result>(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  { action, method, client, who }: ProofAttempt,
  attempt: () => Promise<Result>,
): Promise<Result> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof DomainError && AUDITED_REASONS.has(error.reason)) {
      const details = { method, reason: error.reason };
      const event = { at: new Date(clock()), action, ip: client.ip, details };
      await database.query(recordAudit(event, who));
    }
    throw error;
  }
}
