#!/usr/bin/env bash
# Packs the chart. The last line of its output is the path of the archive.
#
#   hack/build-chart.sh [DIRECTORY]    (default dist)
set -euo pipefail
cd "$(dirname "$0")/.."
node=${NODE_BINARY:-node_modules/node/bin/node}
helm=$("$node" hack/tools.ts helm)
"$node" hack/chart.ts
"$helm" package helm/flashback-ai-gateway --destination "${1:-dist}" >&2
echo "${1:-dist}/flashback-ai-gateway-$(sed -nE 's/^version: (.*)/\1/p' helm/flashback-ai-gateway/Chart.yaml).tgz"
