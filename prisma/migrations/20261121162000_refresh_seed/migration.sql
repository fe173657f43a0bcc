-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "refresh_seed" BYTEA;
