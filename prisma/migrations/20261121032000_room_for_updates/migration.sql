-- What Prisma's schema cannot say.

-- A row whose new version finds room on its page leaves the indexes alone (a HOT update). Each sign-in
-- changes its user, and its phone's code three times; each refresh a token.
ALTER TABLE "users" SET (fillfactor = 90);
ALTER TABLE "phone_codes" SET (fillfactor = 70);
ALTER TABLE "refresh_tokens" SET (fillfactor = 90);
