-- CreateTable
CREATE TABLE "referral_days" (
    "referrer_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "referral_days_pkey" PRIMARY KEY ("referrer_id","day")
);

-- AddForeignKey
ALTER TABLE "referral_days" ADD CONSTRAINT "referral_days_referrer_id_fkey" FOREIGN KEY ("referrer_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- What Prisma's schema cannot say.

ALTER TABLE "referral_days" ADD CONSTRAINT "referral_days_count_positive" CHECK (count > 0);

-- By a trigger, so that whatever adds referrals, one or a million, keeps the days right.
CREATE FUNCTION "count_referral_days"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO referral_days AS d (referrer_id, day, count)
  SELECT referrer_id, (activated_at AT TIME ZONE 'UTC')::date, count(*) FROM added GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (referrer_id, day) DO UPDATE SET count = d.count + excluded.count;
  RETURN NULL;
END $$;

CREATE TRIGGER "referrals_count_days" AFTER INSERT ON "referrals"
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION "count_referral_days"();

INSERT INTO referral_days (referrer_id, day, count)
SELECT referrer_id, (activated_at AT TIME ZONE 'UTC')::date, count(*) FROM referrals GROUP BY 1, 2;

-- Who referred whom is never rewritten; the short cut to the top may be (referral/activate.ts).
DROP TRIGGER "referrals_append_only" ON "referrals";
CREATE TRIGGER "referrals_append_only"
  BEFORE DELETE OR UPDATE OF "referee_id", "referrer_id", "invite_code", "activated_at" ON "referrals"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
