with live as (
  select s.id, s.user_id from refresh_tokens t
  join sessions s on s.id = t.session_id join users u on u.id = s.user_id
  where t.hash = any($1::bytea[]) and s.revoked_at is null and s.expires_at > $2
    and u.status = 'active'
), used as (
  update refresh_tokens t set used_at = $3 from live
  where t.hash = any($4::bytea[]) and t.used_at is null
  returning live.id, live.user_id
), extended as (
  update sessions s set last_used_at = $5, expires_at = least($6::timestamptz,
    s.created_at + make_interval(secs => $7::double precision)),
    ip = $8, user_agent = $9, refresh_seed = $10
  from used where s.id = used.id
), refresh_token as (
  insert into refresh_tokens (hash, session_id, created_at)
  select $11::bytea, id, $12::timestamptz from used
)
select used.id as "sessionId",
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
from used join users u on u.id = used.user_id
left join invite_codes c on c.user_id = u.id and c.retired_at is null
left join referrals r on r.referee_id = u.id
