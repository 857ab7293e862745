# syntax=docker/dockerfile:1
# Pinhole for linux/amd64 and linux/arm64. Build: docker buildx build --platform linux/amd64,linux/arm64 -t pinhole .

# Compiling gives the same files for every platform, so it runs on the builder's own.
FROM --platform=$BUILDPLATFORM node:26-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image's Node is the project's, so no install script (which would fetch another one) has to run.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
COPY web ./web
RUN node scripts/build.mjs

# sharp has a prebuilt binary for each platform, so this stage runs on the one that the image is for.
FROM node:26-trixie-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:26-trixie-slim
LABEL org.opencontainers.image.title="Pinhole" \
      org.opencontainers.image.description="A self-hosted, OpenAI-compatible image gateway" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
# Everything that changes is below /data: database, secret, images and spools. The rest can be read-only.
RUN install -d -o node -g node -m 0700 /data
ENV NODE_ENV=production \
    PINHOLE_HOST=0.0.0.0 \
    PINHOLE_PORT=8080 \
    PINHOLE_DATA=/data
USER node
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PINHOLE_PORT}/health/ready`, { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
