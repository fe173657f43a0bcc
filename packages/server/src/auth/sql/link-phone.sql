with attempt as (
  update phone_codes set
    code_hash = case when (code_hash = sha256(uuid_send(challenge_id) || $1::bytea)) and exists (select from users where id = $2 and status = 'active')
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
), linked as (
  update users u set phone = attempt.phone, phone_verified_at = $15
  from attempt where consumed and id = $16 and status = 'active'
  returning u.id
), audit as (
  insert into audit_entries (id, at, actor_id, target_id, action, ip, details)
  select $17::uuid, $18::timestamptz, who.actor_id, who.target_id, $19, $20,
    $21::jsonb
  from (select id, id from linked) who (actor_id, target_id)
)
select consumed, "attemptsLeft", exists (select from linked) as linked from attempt
