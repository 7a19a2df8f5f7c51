#!/usr/bin/env bash
# Builds the image. With a registry at hand this is `docker build`; without one the bundle is made here and put onto a base image from
# this machine (hack/base-image.sh). The last line of its output is the name of the image.
#
#   hack/build-image.sh [NAME]     (default flashback-ai-gateway:dev)
#   BASE_IMAGE=IMAGE               use that base; it has to have node on its PATH
#   REGISTRY=no                    do not even try to fetch a base
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-flashback-ai-gateway:dev}
version=$(sed -nE 's/^  "version": "([^"]+)".*/\1/p' package.json)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
arguments=(--build-arg "VERSION=$version" --build-arg "REVISION=$revision" --tag "$name")

command -v docker >/dev/null || { echo 'build-image.sh: docker is not installed (Debian: apt-get install docker.io).' >&2; exit 1; }
docker info >/dev/null 2>&1 || { echo 'build-image.sh: docker has no daemon to talk to; start dockerd.' >&2; exit 1; }

if [ "${REGISTRY:-}" != no ] && timeout 60 docker pull --quiet "${BASE_IMAGE:-node:26-bookworm-slim}" >/dev/null 2>&1; then
  [ -z "${BASE_IMAGE:-}" ] || arguments+=(--build-arg "BASE_IMAGE=$BASE_IMAGE")
  DOCKER_BUILDKIT=1 docker build "${arguments[@]}" . >&2
else
  base=${BASE_IMAGE:-$(hack/base-image.sh)}
  "${NODE_BINARY:-node_modules/node/bin/node}" hack/bundle.ts >&2
  # Without BuildKit, which may need a plugin that is not there.
  DOCKER_BUILDKIT=0 docker build "${arguments[@]}" --build-arg "BASE_IMAGE=$base" --target prebuilt . >&2
fi
echo "$name"
