# Operator and gateway in one image: Node, one JavaScript file per process, nothing else of our own. There is no shell in use at run
# time, no node_modules, nothing that is written to: it runs with a read-only root filesystem and as any user.
#
#   docker build -t flashback-ai-gateway .
#
# hack/build-image.sh builds it also where no image registry can be reached.
ARG BASE_IMAGE=node:26-bookworm-slim
ARG BUILD_IMAGE=node:26-bookworm-slim

FROM ${BASE_IMAGE} AS base
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="flashback-ai-gateway" \
      org.opencontainers.image.description="Kubernetes operator and gateway for LLM traffic" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
# A number, so that runAsNonRoot can be checked; any other works as well.
USER 65532:65532
# 8080 applications, 8090 Platform API, 8443 snapshots, 9090 health and metrics.
EXPOSE 8080 8090 8443 9090
# Node is process 1 and handles SIGTERM itself.
ENTRYPOINT ["node", "/app/dist/flashback.js"]

# The bundle was made outside (hack/build-image.sh); built only when asked for by --target.
FROM base AS prebuilt
COPY dist/image /

FROM ${BUILD_IMAGE} AS bundle
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
# esbuild and the packages of the bundle run no scripts at install time.
RUN npm ci --ignore-scripts --no-audit
COPY . .
RUN node hack/bundle.ts /out/app

FROM base
COPY --from=bundle /out /
