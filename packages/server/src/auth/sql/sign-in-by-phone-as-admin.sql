with existing as (
  select status from users where phone = $1
), attempt as (
  update phone_codes set
    code_hash = case when (code_hash = sha256(uuid_send(challenge_id) || $2::bytea)) and coalesce((select status = 'active' from existing), true)
      then null else code_hash end,
    tries = case when (code_hash = sha256(uuid_send(challenge_id) || $3::bytea)) then tries else tries + 1 end,
    failed_at = case when (code_hash = sha256(uuid_send(challenge_id) || $4::bytea)) then failed_at else array(
      select f from unnest(failed_at || $5::timestamptz) f where f > $6 order by f
    ) end
  where phone = $7 and code_hash is not null and expires_at > $8
    and tries < $9
    and coalesce(failed_at[cardinality(failed_at) - $10::int] <= $11, true)
  returning phone, code_hash is null as consumed, case when not (code_hash = sha256(uuid_send(challenge_id) || $12::bytea)) then least(
    $13::int - tries,
    $14::int - cardinality(failed_at)
  ) end as "attemptsLeft"
), created as (
  insert into users (id, phone, phone_verified_at, role, created_at)
  select $15::uuid, phone, $16::timestamptz, $17::role,
    $18::timestamptz
  from attempt where consumed and not exists (select from existing)
  returning *
), invite_code as (
  insert into invite_codes (code, user_id, created_at)
  select $19, id, created_at from created
), verified as (
  update users u set phone_verified_at = $20, role = 'admin'
  from attempt where consumed and u.phone = $21 and u.status = 'active'
  returning u.*
), account as (
  select * from verified union all select * from created
), promotion as (
  insert into audit_entries (id, at, actor_id, target_id, action, ip, details)
  select $22::uuid, $23::timestamptz, who.actor_id, who.target_id, $24, $25,
    $26::jsonb
  from (
    select account.id, account.id
    from account left join users previous on previous.id = account.id
    where previous.role is distinct from 'admin') who (actor_id, target_id)
), session as (
  insert into sessions
    (id, user_id, transport, user_agent, ip, created_at, last_used_at, expires_at)
  select $27::uuid, id, $28::transport, $29, $30,
    $31::timestamptz, $32::timestamptz, $33::timestamptz
  from account
  returning id, user_id
), refresh_token as (
  insert into refresh_tokens (hash, session_id, created_at)
  select $34::bytea, id, $35::timestamptz from session
  where $36 = 'bearer'
), audit as (
  insert into audit_entries (id, at, actor_id, target_id, action, ip, details)
  select $37::uuid, $38::timestamptz, who.actor_id, who.target_id, $39, $40,
    jsonb_build_object('method', $41::text, 'isNewUser', exists (select from created))
  from (select user_id, user_id from session) who (actor_id, target_id)
)
select consumed, "attemptsLeft", session.id as "sessionId",
  exists (select from created) as "isNewUser",
  u.id, u.phone, u.email, u.display_name as "displayName", u.role,
  u.phone_verified_at as "phoneVerifiedAt", u.referral_count as "referralCount",
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
