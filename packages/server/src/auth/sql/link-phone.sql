with attempt as (
  update phone_codes c set
    code_expires_at[(case when c.code_expires_at[array_position(c.code_addresses, $1)] >= $2 then array_position(c.code_addresses, $3)
    else 1 end)] = case when (c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $4)] >= $5 then array_position(c.code_addresses, $6)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $7)] >= $8 then array_position(c.code_addresses, $9)
    else 1 end)]) || $10::bytea) or c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $11)] >= $12 then array_position(c.code_addresses, $13)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $14)] >= $15 then array_position(c.code_addresses, $16)
    else 1 end)]) || $17::bytea)) and exists (
    select from users where id = $18 and status = 'active' and (phone = $19 or exists (select from sessions where id = $20 and user_id = $21 and revoked_at is null
    and expires_at > $22 and reauthenticated_at > $23)))
      then $24 else c.code_expires_at[(case when c.code_expires_at[array_position(c.code_addresses, $25)] >= $26 then array_position(c.code_addresses, $27)
    else 1 end)] end,
    code_attempts[(case when c.code_expires_at[array_position(c.code_addresses, $28)] >= $29 then array_position(c.code_addresses, $30)
    else 1 end)] = c.code_attempts[(case when c.code_expires_at[array_position(c.code_addresses, $31)] >= $32 then array_position(c.code_addresses, $33)
    else 1 end)] + case when (c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $34)] >= $35 then array_position(c.code_addresses, $36)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $37)] >= $38 then array_position(c.code_addresses, $39)
    else 1 end)]) || $40::bytea) or c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $41)] >= $42 then array_position(c.code_addresses, $43)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $44)] >= $45 then array_position(c.code_addresses, $46)
    else 1 end)]) || $47::bytea)) then 0 else 1 end,
    failed_at = case when (c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $48)] >= $49 then array_position(c.code_addresses, $50)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $51)] >= $52 then array_position(c.code_addresses, $53)
    else 1 end)]) || $54::bytea) or c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $55)] >= $56 then array_position(c.code_addresses, $57)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $58)] >= $59 then array_position(c.code_addresses, $60)
    else 1 end)]) || $61::bytea)) or not coalesce((c.failed_at)[cardinality(c.failed_at) - $62::int] <= $63, true) then c.failed_at
      else array(
      select f from unnest(c.failed_at || $64::timestamptz) f where f > $65 order by f) end,
    reserved_failed_at = case when (c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $66)] >= $67 then array_position(c.code_addresses, $68)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $69)] >= $70 then array_position(c.code_addresses, $71)
    else 1 end)]) || $72::bytea) or c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $73)] >= $74 then array_position(c.code_addresses, $75)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $76)] >= $77 then array_position(c.code_addresses, $78)
    else 1 end)]) || $79::bytea)) or coalesce((c.failed_at)[cardinality(c.failed_at) - $80::int] <= $81, true) then c.reserved_failed_at
      else array(
      select f from unnest(c.reserved_failed_at || $82::timestamptz) f where f > $83 order by f) end
  where c.phone = $84 and c.code_expires_at[(case when c.code_expires_at[array_position(c.code_addresses, $85)] >= $86 then array_position(c.code_addresses, $87)
    else 1 end)] > $88
    and c.code_attempts[(case when c.code_expires_at[array_position(c.code_addresses, $89)] >= $90 then array_position(c.code_addresses, $91)
    else 1 end)] < $92
    and (coalesce((c.failed_at)[cardinality(c.failed_at) - $93::int] <= $94, true) or (coalesce((c.reserved_failed_at)[cardinality(c.reserved_failed_at) - $95::int] <= $96, true) and exists (
select from users u join sessions s on s.user_id = u.id
where u.phone = $97 and s.ip = $98)))
  returning c.phone, c.code_expires_at[(case when c.code_expires_at[array_position(c.code_addresses, $99)] >= $100 then array_position(c.code_addresses, $101)
    else 1 end)] <= $102 as consumed,
    case when not (c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $103)] >= $104 then array_position(c.code_addresses, $105)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $106)] >= $107 then array_position(c.code_addresses, $108)
    else 1 end)]) || $109::bytea) or c.code_hashes[(case when c.code_expires_at[array_position(c.code_addresses, $110)] >= $111 then array_position(c.code_addresses, $112)
    else 1 end)] = sha256(uuid_send(c.challenge_ids[(case when c.code_expires_at[array_position(c.code_addresses, $113)] >= $114 then array_position(c.code_addresses, $115)
    else 1 end)]) || $116::bytea)) then least(
      $117::int - c.code_attempts[(case when c.code_expires_at[array_position(c.code_addresses, $118)] >= $119 then array_position(c.code_addresses, $120)
    else 1 end)],
      greatest(0, $121::int - (
        select count(*)::int from unnest(c.failed_at) f where f > $122)) + case when exists (
select from users u join sessions s on s.user_id = u.id
where u.phone = $123 and s.ip = $124)
        then greatest(0, $125::int - (
        select count(*)::int from unnest(c.reserved_failed_at) f where f > $126)) else 0 end
    ) end as "attemptsLeft"
), account as (
  select id, phone from users where id = $127 and status = 'active' and exists (select from attempt where consumed)
  for no key update
), proof as (
  select id from sessions
  where id = $128 and user_id = $129 and revoked_at is null
    and expires_at > $130 and reauthenticated_at > $131 and user_id = (
    select id from users where id = $132 and status = 'active' for no key update)
  for no key update
), linked as (
  update users u set phone = $133, phone_verified_at = $134
  from account
  where u.id = account.id and (account.phone = $135 or exists (select from proof))
  returning u.id, account.phone as "previousPhone"
), audit as (
  insert into audit_entries (id, at, actor_id, target_id, action, ip, details)
  select $136::uuid, $137::timestamptz, who.actor_id, who.target_id, $138, $139,
    $140::jsonb
  from (select id, id from linked) who (actor_id, target_id)
)
select consumed, "attemptsLeft", exists (select from linked) as linked,
  (select "previousPhone" from linked) as "previousPhone"
from attempt
