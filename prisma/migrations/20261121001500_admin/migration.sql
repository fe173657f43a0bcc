-- CreateIndex
CREATE INDEX "referrals_activated_at_referrer_id_idx" ON "referrals"("activated_at", "referrer_id");

-- CreateIndex
CREATE INDEX "users_created_at_idx" ON "users"("created_at");

-- CreateIndex
CREATE INDEX "users_admins" ON "users"("id") WHERE (role = 'admin'::role);

-- CreateIndex
CREATE INDEX "users_not_active" ON "users"("status", "id") WHERE (status <> 'active'::user_status);


-- What Prisma's schema cannot say.

-- A phone is ASCII. Compared by its bytes, the unique index also finds phones by their beginning.
ALTER TABLE "users" ALTER COLUMN "phone" SET DATA TYPE TEXT COLLATE "C";

-- Finds users by the beginning of their name, in the order of the names.
CREATE INDEX "users_name_prefix" ON "users" (lower("display_name") COLLATE "C", "id") WHERE display_name IS NOT NULL;
