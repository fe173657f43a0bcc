-- AlterTable
ALTER TABLE "users" ADD COLUMN     "email_verified_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "activation_origins" ADD COLUMN     "referrer_id" UUID,
ADD COLUMN     "device" TEXT;

-- CreateTable
CREATE TABLE "former_identities" (
    "user_id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "former_identities_pkey" PRIMARY KEY ("user_id","hash")
);

-- CreateIndex
CREATE INDEX "activation_origins_referrer_id_subnet_address_at_idx" ON "activation_origins"("referrer_id", "subnet", "address", "at");

-- CreateIndex
CREATE INDEX "activation_origins_referrer_id_at_idx" ON "activation_origins"("referrer_id", "at");

-- CreateIndex
CREATE INDEX "referral_findings_referrer_id_rule_at_idx" ON "referral_findings"("referrer_id", "rule", "at");

-- AddForeignKey
ALTER TABLE "former_identities" ADD CONSTRAINT "former_identities_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot say.

-- Activations of the last two days count for the rules from the start.
UPDATE "activation_origins" o SET "referrer_id" = c."user_id"
FROM "invite_codes" c WHERE c."code" = o."invite_code";

-- +54 9 and +54 are one Argentine phone (see core/phone.ts). Accounts move to the form that is stored
-- from now on, unless another account has it already.
UPDATE "users" u SET "phone" = '+549' || substr(u."phone", 4)
WHERE u."phone" ~ '^\+54[123][0-9]{9}$'
  AND NOT EXISTS (SELECT FROM "users" o WHERE o."phone" = '+549' || substr(u."phone", 4));
