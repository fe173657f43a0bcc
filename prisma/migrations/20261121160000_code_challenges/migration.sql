-- Several codes of one phone can be valid at the same time, each bound to its challenge. The arrays
-- starting with challenge_ids are parallel, newest code first.
ALTER TABLE "phone_codes"
  ADD COLUMN "challenge_ids" UUID[] DEFAULT ARRAY[]::UUID[],
  ADD COLUMN "code_hashes" BYTEA[] DEFAULT ARRAY[]::BYTEA[],
  ADD COLUMN "code_expires_at" TIMESTAMPTZ(3)[] DEFAULT ARRAY[]::TIMESTAMPTZ(3)[],
  ADD COLUMN "code_attempts" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
  ADD COLUMN "code_addresses" TEXT[] DEFAULT ARRAY[]::TEXT[],
  ADD COLUMN "sent_from" TEXT[] DEFAULT ARRAY[]::TEXT[],
  ADD COLUMN "reserved_sent_at" TIMESTAMPTZ(3)[] DEFAULT ARRAY[]::TIMESTAMPTZ(3)[],
  ADD COLUMN "reserved_failed_at" TIMESTAMPTZ(3)[] DEFAULT ARRAY[]::TIMESTAMPTZ(3)[],
  -- Written by the previous version only.
  ALTER COLUMN "challenge_id" SET DEFAULT gen_random_uuid();
