# syntax=docker/dockerfile:1
# The server runs from its TypeScript sources. Only the Prisma client and the pages are built here.
ARG NODE=26.10.0-alpine3.22

FROM node:${NODE} AS base
RUN npm install --global pnpm@12.21.0
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages/cli/package.json packages/cli/
COPY packages/sdk/package.json packages/sdk/
COPY packages/server/package.json packages/server/
COPY packages/web/package.json packages/web/

FROM base AS generated
RUN pnpm install --frozen-lockfile
COPY prisma.config.ts tsconfig.base.json tsconfig.json ./
COPY prisma prisma
COPY scripts scripts
COPY packages packages
RUN node --disable-warning=ExperimentalWarning scripts/generate.ts

FROM base AS dependencies
# Deletes type declarations, source maps and documentation, and Prisma's query compilers for other
# databases.
RUN pnpm install --frozen-lockfile --prod --no-optional --filter @invitree/server \
  && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \) -delete \
  && find node_modules -path '*/@prisma/client/runtime/query_compiler*' ! -name '*postgresql*' -delete

FROM node:${NODE}
# The server needs no package managers, which would add security advisories of their own.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
  && mkdir /data && chown node:node /data
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=dependencies /app/packages/server packages/server
COPY prisma prisma
COPY packages/server/src packages/server/src
COPY --from=generated /app/packages/server/src/generated packages/server/src/generated
COPY --from=generated /app/packages/web/package.json packages/web/package.json
COPY --from=generated /app/packages/web/dist packages/web/dist
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
USER node
EXPOSE 3000
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "packages/server/src/main.ts"]
