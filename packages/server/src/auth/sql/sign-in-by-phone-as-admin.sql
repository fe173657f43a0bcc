with existing as (
  select status from users where phone = $1
), attempt as (
  update phone_codes c set
    code_expires_at[(case when c.code_expires_at[array_position(c.code_addresses, $2)] >= $3 then array_position(c.code_addresses, $4)
    else 1 end)] = case when (c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $5)] >= $6 then array_position(c.code_addresses, $7)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $8)] >= $9 then array_position(c.code_addresses, $10)
    else 1 end)]) || $11::bytea)) and coalesce((select status = 'active' from existing), true)
      then $12 else c.code_expires_at[(case when c.code_expires_at[array_position(c.code_addresses, $13)] >= $14 then array_position(c.code_addresses, $15)
    else 1 end)] end,
    code_attempts[(case when c.code_expires_at[array_position(c.code_addresses, $16)] >= $17 then array_position(c.code_addresses, $18)
    else 1 end)] = c.code_attempts[(case when c.code_expires_at[array_position(c.code_addresses, $19)] >= $20 then array_position(c.code_addresses, $21)
    else 1 end)] + case when (c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $22)] >= $23 then array_position(c.code_addresses, $24)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $25)] >= $26 then array_position(c.code_addresses, $27)
    else 1 end)]) || $28::bytea)) then 0 else 1 end,
    failed_at = case when (c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $29)] >= $30 then array_position(c.code_addresses, $31)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $32)] >= $33 then array_position(c.code_addresses, $34)
    else 1 end)]) || $35::bytea)) or not coalesce((c.failed_at)[cardinality(c.failed_at) - $36::int] <= $37, true) then c.failed_at
      else array(
      select f from unnest(c.failed_at || $38::timestamptz) f where f > $39 order by f) end,
    reserved_failed_at = case when (c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $40)] >= $41 then array_position(c.code_addresses, $42)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $43)] >= $44 then array_position(c.code_addresses, $45)
    else 1 end)]) || $46::bytea)) or coalesce((c.failed_at)[cardinality(c.failed_at) - $47::int] <= $48, true) then c.reserved_failed_at
      else array(
      select f from unnest(c.reserved_failed_at || $49::timestamptz) f where f > $50 order by f) end
  where c.phone = $51 and c.code_expires_at[(case when c.code_expires_at[array_position(c.code_addresses, $52)] >= $53 then array_position(c.code_addresses, $54)
    else 1 end)] > $55
    and c.code_attempts[(case when c.code_expires_at[array_position(c.code_addresses, $56)] >= $57 then array_position(c.code_addresses, $58)
    else 1 end)] < $59
    and (coalesce((c.failed_at)[cardinality(c.failed_at) - $60::int] <= $61, true) or (coalesce((c.reserved_failed_at)[cardinality(c.reserved_failed_at) - $62::int] <= $63, true) and exists (
select from users u join sessions s on s.user_id = u.id
where u.phone = $64 and s.ip = $65)))
  returning c.phone, c.code_expires_at[(case when c.code_expires_at[array_position(c.code_addresses, $66)] >= $67 then array_position(c.code_addresses, $68)
    else 1 end)] <= $69 as consumed,
    case when not (c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $70)] >= $71 then array_position(c.code_addresses, $72)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $73)] >= $74 then array_position(c.code_addresses, $75)
    else 1 end)]) || $76::bytea)) then least(
      $77::int - c.code_attempts[(case when c.code_expires_at[array_position(c.code_addresses, $78)] >= $79 then array_position(c.code_addresses, $80)
    else 1 end)],
      greatest(0, $81::int - (
        select count(*)::int from unnest(c.failed_at) f where f > $82)) + case when exists (
select from users u join sessions s on s.user_id = u.id
where u.phone = $83 and s.ip = $84)
        then greatest(0, $85::int - (
        select count(*)::int from unnest(c.reserved_failed_at) f where f > $86)) else 0 end
    ) end as "attemptsLeft"
), created as (
  insert into users (id, phone, phone_verified_at, role, created_at)
  select $87::uuid, phone, $88::timestamptz, $89::role,
    $90::timestamptz
  from attempt where consumed and not exists (select from existing)
  returning *
), invite_code as (
  insert into invite_codes (code, user_id, created_at)
  select $91, id, created_at from created
), verified as (
  update users u set phone_verified_at = $92, role = 'admin'
  from attempt where consumed and u.phone = $93 and u.status = 'active'
  returning u.*
), account as (
  select * from verified union all select * from created
), promotion as (
  insert into audit_entries (id, at, actor_id, target_id, action, ip, details)
  select $94::uuid, $95::timestamptz, who.actor_id, who.target_id, $96, $97,
    $98::jsonb
  from (
    select account.id, account.id
    from account left join users previous on previous.id = account.id
    where previous.role is distinct from 'admin') who (actor_id, target_id)
), session as (
  insert into sessions
    (id, user_id, transport, user_agent, ip, created_at, last_used_at, expires_at,
      reauthenticated_at)
  select $99::uuid, id, $100::transport, $101, $102,
    $103::timestamptz, $104::timestamptz, $105::timestamptz,
    $106::timestamptz
  from account
  returning id, user_id
), refresh_token as (
  insert into refresh_tokens (hash, session_id, created_at)
  select $107::bytea, id, $108::timestamptz from session
  where $109 = 'bearer'
), audit as (
  insert into audit_entries (id, at, actor_id, target_id, action, ip, details)
  select $110::uuid, $111::timestamptz, who.actor_id, who.target_id, $112, $113,
    jsonb_build_object('method', $114::text, 'isNewUser', exists (select from created))
  from (select user_id, user_id from session) who (actor_id, target_id)
)
select consumed, "attemptsLeft", session.id as "sessionId",
  exists (select from created) as "isNewUser",
  u.id, u.phone, u.email, u.display_name as "displayName", u.role,
  u.phone_verified_at as "phoneVerifiedAt", u.email_verified_at as "emailVerifiedAt",
  u.referral_count as "referralCount",
  u.created_at as "createdAt", u.person, c.code as "inviteCode",
  c.expires_at as "inviteCodeExpiresAt", r.invite_code as "activatedInviteCode",
  r.referrer_id as "referrerId",
  case when u.referral_count = 0 then '[]' else (
    select coalesce(json_agg(referral), '[]') from (
      select n.referee_id as id, f.phone, f.display_name as "displayName", f.status,
        to_char(n.activated_at at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "activatedAt"
      from (
        select referee_id, activated_at from referrals where referrer_id = u.id
        order by activated_at desc, referee_id desc limit 20
      ) n, lateral (select phone, display_name, status from users where id = n.referee_id) f
    ) referral
  ) end as referrals
from attempt left join session on true
left join account u on u.id = session.user_id
left join invite_codes c on c.user_id = u.id and c.retired_at is null
left join referrals r on r.referee_id = u.id
