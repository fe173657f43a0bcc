ALTER TABLE "departed_identities" RENAME TO "deleted_identities";
ALTER TABLE "deleted_identities" RENAME CONSTRAINT "departed_identities_pkey" TO "deleted_identities_pkey";
ALTER INDEX "departed_identities_at_idx" RENAME TO "deleted_identities_at_idx";

-- Instances of the previous version run during an upgrade and still use the old name.
CREATE VIEW "departed_identities" AS SELECT * FROM "deleted_identities";
