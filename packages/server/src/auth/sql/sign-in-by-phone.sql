with existing as (
  select status from users where phone = $1
), attempt as (
  update phone_codes c set
    code_expires_at[slot] = case when is_correct and coalesce((select status = 'active' from existing), true)
      then $2 else c.code_expires_at[slot] end,
    code_attempts[slot] = c.code_attempts[slot] + case when is_correct then 0 else 1 end,
    failed_at = case when is_correct or not is_open then c.failed_at
      else array(
      select f from unnest(c.failed_at || $3::timestamptz) f where f > $4 order by f) end,
    reserved_failed_at = case when is_correct or is_open then c.reserved_failed_at
      else array(
      select f from unnest(c.reserved_failed_at || $5::timestamptz) f where f > $6 order by f) end
  from (
    select phone as recipient, slot, (code_hashes[slot] = sha256(uuid_send(challenge_ids[slot]) || $7::bytea)) as is_correct,
      code_expires_at[slot] > $8 and code_attempts[slot] < $9 as is_usable,
      coalesce((failed_at)[cardinality(failed_at) - $10::int] <= $11, true) as is_open,
      coalesce((reserved_failed_at)[cardinality(reserved_failed_at) - $12::int] <= $13, true) as has_reserve
    from (
      select *, (case when c.code_expires_at[array_position(c.code_addresses, $14)] > $15 then array_position(c.code_addresses, $16)
    else 1 end) as slot from phone_codes c
      where phone = $17 for no key update
    ) locked
  ) stored
  where c.phone = recipient and is_usable and (is_open or (has_reserve and exists (
select from users u join sessions s on s.user_id = u.id
where u.phone = $18 and s.ip = $19)))
  returning c.phone, is_correct and c.code_expires_at[slot] <= $20 as consumed,
    case when not is_correct then least(
      $21::int - c.code_attempts[slot],
      greatest(0, $22::int - (
        select count(*)::int from unnest(c.failed_at) f where f > $23)) + case when exists (
select from users u join sessions s on s.user_id = u.id
where u.phone = $24 and s.ip = $25)
        then greatest(0, $26::int - (
        select count(*)::int from unnest(c.reserved_failed_at) f where f > $27)) else 0 end
    ) end as "attemptsLeft"
), created as (
  insert into users (id, phone, phone_verified_at, role, created_at)
  select $28::uuid, phone, $29::timestamptz, $30::role,
    $31::timestamptz
  from attempt where consumed and not exists (select from existing)
  returning *
), invite_code as (
  insert into invite_codes (code, user_id, created_at)
  select $32, id, created_at from created
), verified as (
  update users u set phone_verified_at = $33
  from attempt where consumed and u.phone = $34 and u.status = 'active'
  returning u.*
), account as (
  select * from verified union all select * from created
), session as (
  insert into sessions
    (id, user_id, transport, user_agent, ip, created_at, last_used_at, expires_at,
      reauthenticated_at)
  select $35::uuid, id, $36::transport, $37, $38,
    $39::timestamptz, $40::timestamptz, $41::timestamptz,
    $42::timestamptz
  from account
  returning id, user_id
), refresh_token as (
  insert into refresh_tokens (hash, session_id, created_at)
  select $43::bytea, id, $44::timestamptz from session
  where $45 = 'bearer'
), audit as (
  insert into audit_entries (id, at, actor_id, target_id, action, ip, details)
  select $46::uuid, $47::timestamptz, who.actor_id, who.target_id, $48, $49,
    jsonb_build_object('method', $50::text, 'isNewUser', exists (select from created))
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
