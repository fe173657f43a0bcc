-- CreateEnum
CREATE TYPE "email_verdict" AS ENUM ('deliverable', 'risky', 'unknown');

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "email_verdict" "email_verdict",
ADD COLUMN     "person" JSONB;

-- What Prisma's schema cannot say.

-- Nothing personal outlives its person: with the new columns.
ALTER TABLE "users" DROP CONSTRAINT "users_deleted_anonymous";
ALTER TABLE "users" ADD CONSTRAINT "users_deleted_anonymous" CHECK (
  (status = 'deleted') = (deleted_at IS NOT NULL)
  AND (status <> 'deleted' OR (
    phone IS NULL AND phone_verified_at IS NULL AND email IS NULL AND email_verdict IS NULL
    AND password_hash IS NULL AND display_name IS NULL AND person IS NULL AND role = 'user'
  ))
);
