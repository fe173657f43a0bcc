with account as (
  select * from users where id = $1
), session as (
  insert into sessions
    (id, user_id, transport, user_agent, ip, created_at, last_used_at, expires_at,
      reauthenticated_at)
  select $2::uuid, id, $3::transport, $4, $5,
    $6::timestamptz, $7::timestamptz, $8::timestamptz,
    $9::timestamptz
  from account
  returning id, user_id
), refresh_token as (
  insert into refresh_tokens (hash, session_id, created_at)
  select $10::bytea, id, $11::timestamptz from session
  where $12 = 'bearer'
), audit as (
  insert into audit_entries (id, at, actor_id, target_id, action, ip, details)
  select $13::uuid, $14::timestamptz, who.actor_id, who.target_id, $15, $16,
    jsonb_build_object('method', $17::text, 'isNewUser', $18::boolean)
  from (select user_id, user_id from session) who (actor_id, target_id)
)
select session.id as "sessionId",
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
from session
left join account u on u.id = session.user_id
left join invite_codes c on c.user_id = u.id and c.retired_at is null
left join referrals r on r.referee_id = u.id
