with attempt as (
  update phone_codes c set
    code_expires_at[slot] = case when is_correct and exists (
    select from users where id = $1 and status = 'active' and (phone = $2 or exists (select from sessions where id = $3 and user_id = $4 and revoked_at is null
    and expires_at > $5 and reauthenticated_at > $6)))
      then $7 else c.code_expires_at[slot] end,
    code_attempts[slot] = c.code_attempts[slot] + case when is_correct then 0 else 1 end,
    failed_at = case when is_correct or not is_open then c.failed_at
      else array(
      select f from unnest(c.failed_at || $8::timestamptz) f where f > $9 order by f) end,
    reserved_failed_at = case when is_correct or is_open then c.reserved_failed_at
      else array(
      select f from unnest(c.reserved_failed_at || $10::timestamptz) f where f > $11 order by f) end
  from (
    select phone as recipient, slot, (code_hashes[slot] = sha256(uuid_send(challenge_ids[slot]) || $12::bytea) or code_hashes[slot] = sha256(uuid_send(challenge_ids[slot]) || $13::bytea)) as is_correct,
      code_expires_at[slot] > $14 and code_attempts[slot] < $15 as is_usable,
      coalesce((failed_at)[cardinality(failed_at) - $16::int] <= $17, true) as is_open,
      coalesce((reserved_failed_at)[cardinality(reserved_failed_at) - $18::int] <= $19, true) as has_reserve
    from (
      select *, (case when c.code_expires_at[array_position(c.code_addresses, $20)] > $21 then array_position(c.code_addresses, $22)
    else 1 end) as slot from phone_codes c
      where phone = $23 for no key update
    ) locked
  ) stored
  where c.phone = recipient and is_usable and (is_open or (has_reserve and exists (
select from users u join sessions s on s.user_id = u.id
where u.phone = $24 and s.ip = $25)))
  returning c.phone, is_correct and c.code_expires_at[slot] <= $26 as consumed,
    case when not is_correct then least(
      $27::int - c.code_attempts[slot],
      greatest(0, $28::int - (
        select count(*)::int from unnest(c.failed_at) f where f > $29)) + case when exists (
select from users u join sessions s on s.user_id = u.id
where u.phone = $30 and s.ip = $31)
        then greatest(0, $32::int - (
        select count(*)::int from unnest(c.reserved_failed_at) f where f > $33)) else 0 end
    ) end as "attemptsLeft"
), account as (
  select id, phone from users where id = $34 and status = 'active' and exists (select from attempt where consumed)
  for no key update
), proof as (
  select id from sessions
  where id = $35 and user_id = $36 and revoked_at is null
    and expires_at > $37 and reauthenticated_at > $38 and user_id = (
    select id from users where id = $39 and status = 'active' for no key update)
  for no key update
), linked as (
  update users u set phone = $40, phone_verified_at = $41
  from account
  where u.id = account.id and (account.phone = $42 or exists (select from proof))
  returning u.id, account.phone as "previousPhone"
), audit as (
  insert into audit_entries (id, at, actor_id, target_id, action, ip, details)
  select $43::uuid, $44::timestamptz, who.actor_id, who.target_id, $45, $46,
    $47::jsonb
  from (select id, id from linked) who (actor_id, target_id)
)
select consumed, "attemptsLeft", exists (select from linked) as linked,
  (select "previousPhone" from linked) as "previousPhone"
from attempt
