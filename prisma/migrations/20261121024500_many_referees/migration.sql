-- What Prisma's schema cannot say.

-- A prepared statement has one plan for everybody. Most users have no referees and a few a million, so
-- on average it is two, for which PostgreSQL reads all of them and sorts: let it plan for a hundred each,
-- so that it takes the newest ones by their index. Counted as a share of the rows, so for any size.
ALTER TABLE "referrals" ALTER COLUMN "referrer_id" SET (n_distinct = -0.01);
ANALYZE "referrals";
