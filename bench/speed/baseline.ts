/** better-auth with its phone-number plugin on the same PostgreSQL, set up as documented. */
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { bearer, phoneNumber } from 'better-auth/plugins';
import { Pool } from 'pg';

const codes = new Map<string, string>();
const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
const auth = betterAuth({
  database: pool,
  secret: process.env['APP_SECRET'] as string,
  baseURL: 'http://127.0.0.1',
  logger: { disabled: true },
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  plugins: [
    bearer(),
    phoneNumber({
      otpLength: 4,
      sendOTP({ phoneNumber, code }) {
        codes.set(phoneNumber, code);
        // Invitree logs messages to the console here, too.
        console.log(`SMS to ${phoneNumber}: ${code}`);
      },
      signUpOnVerification: { getTempEmail: (phone) => `${phone.slice(1)}@example.com` },
    }),
  ],
});
await (await getMigrations(auth.options)).runMigrations();

const handler = toNodeHandler(auth);
const server = createServer((request, response) => {
  // Returns the code that an SMS would contain.
  const [, phone] = /^\/code\/(\d+)$/.exec(request.url ?? '') ?? [];
  if (phone) response.end(codes.get(`+${phone}`));
  else handler(request, response);
});
// Fastify's default: connections idle while other servers are measured.
server.keepAliveTimeout = 72_000;
process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => pool.end());
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number };
  console.log(`listens on http://127.0.0.1:${port}`);
});
