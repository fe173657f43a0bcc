-- CreateTable
CREATE TABLE "activation_origins" (
    "referee_id" UUID NOT NULL,
    "invite_code" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "subnet" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "activation_origins_pkey" PRIMARY KEY ("referee_id")
);

-- CreateTable
CREATE TABLE "referral_findings" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "rule" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "refused" BOOLEAN NOT NULL,
    "referee_id" UUID,
    "referrer_id" UUID NOT NULL,
    "invite_code" TEXT NOT NULL,

    CONSTRAINT "referral_findings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "departed_identities" (
    "hash" BYTEA NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "departed_identities_pkey" PRIMARY KEY ("hash")
);

-- CreateIndex
CREATE INDEX "activation_origins_invite_code_subnet_address_at_idx" ON "activation_origins"("invite_code", "subnet", "address", "at");

-- CreateIndex
CREATE INDEX "activation_origins_invite_code_at_idx" ON "activation_origins"("invite_code", "at");

-- CreateIndex
CREATE INDEX "activation_origins_at_idx" ON "activation_origins"("at");

-- CreateIndex
CREATE INDEX "referral_findings_at_id_idx" ON "referral_findings"("at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "referral_findings_invite_code_rule_at_idx" ON "referral_findings"("invite_code", "rule", "at");

-- CreateIndex
CREATE INDEX "departed_identities_at_idx" ON "departed_identities"("at");
