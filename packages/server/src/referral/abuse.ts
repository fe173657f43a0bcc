import sql, { type Sql as Statement } from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { isListed } from '../core/ip-network.ts';
import { DAY } from '../core/time.ts';
import { RecordedRefusal, type Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { type AbuseRule, isAddressRule, RULES_WITHOUT_INNOCENT_READING } from './abuse-rules.ts';
import { type ActivationAttempt, findSignals, type Signal } from './abuse-signals.ts';

/**
 * Checks a new activation for abuse, in the activation's own transaction. The activation holds a
 * lock on the referrer's row, so a referrer's activations are checked one at a time and concurrent
 * requests cannot slip past a limit.
 *
 * REFERRAL_ABUSE chooses which signals also refuse the activation. All others are stored as
 * findings.
 * @throws RecordedRefusal ACTIVATION_REFUSED
 */
export async function checkForAbuse(
  deps: Pick<Deps, 'config' | 'secrets'>,
  tx: Sql,
  activation: ActivationAttempt,
): Promise<void> {
  if (deps.config.REFERRAL_ABUSE === 'off') return;
  const signals = await findSignals(deps, tx, activation);
  const refusing = signals.filter(({ rule }) => refuses(deps, rule, activation.ip));
  if (refusing.length > 0)
    throw new RecordedRefusal(
      'ACTIVATION_REFUSED',
      insertFindings(activation, refusing, { refused: true }),
    );
  if (signals.length > 0) await tx.query(insertFindings(activation, signals, { refused: false }));
}

/**
 * Many people may share an address that is exempt from rate limits, so the address rules only
 * record its activations.
 */
function refuses({ config }: Pick<Deps, 'config'>, rule: AbuseRule, ip: string): boolean {
  const isEnforced =
    config.REFERRAL_ABUSE === 'auto'
      ? config.production && RULES_WITHOUT_INNOCENT_READING.includes(rule)
      : config.REFERRAL_ABUSE === 'enforce';
  return isEnforced && !(isAddressRule(rule) && isListed(config.RATE_LIMIT_EXEMPT, ip));
}

/**
 * A refusal is always stored. Otherwise, rules about the referrer are stored once a day for each
 * referrer; rules about the referee are always stored.
 */
function insertFindings(
  { userId, referrerId, inviteCode, activatedAt: at }: ActivationAttempt,
  signals: Signal[],
  { refused }: { refused: boolean },
): Statement {
  return sql`
    insert into referral_findings
      (id, at, rule, reason, refused, referee_id, referrer_id, invite_code)
    select n.id, ${at}::timestamptz, n.rule, n.reason, ${refused}::boolean,
      (select id from users where id = ${userId}), ${referrerId}::uuid, ${inviteCode}
    from unnest(${signals.map(() => uuidv7())}::uuid[], ${signals.map(({ rule }) => rule)}::text[],
      ${signals.map(({ reason }) => reason)}::text[]) n (id, rule, reason)
    where ${refused} or n.rule in ('throwaway_email', 'after_deletion') or not exists (
      select from referral_findings f
      where f.referrer_id = ${referrerId}::uuid and f.rule = n.rule and not f.refused
        and f.at > ${new Date(+at - DAY)})`;
}
