-- What Prisma's schema cannot say.

-- A row trigger does not see TRUNCATE, and neither does a foreign key with CASCADE.
CREATE FUNCTION "refuse_truncate"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% must not be truncated', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER "users_no_truncate" BEFORE TRUNCATE ON "users"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_truncate"();
CREATE TRIGGER "invite_codes_no_truncate" BEFORE TRUNCATE ON "invite_codes"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_truncate"();
CREATE TRIGGER "referrals_no_truncate" BEFORE TRUNCATE ON "referrals"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_truncate"();
CREATE TRIGGER "refresh_tokens_no_truncate" BEFORE TRUNCATE ON "refresh_tokens"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_truncate"();
