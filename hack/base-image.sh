#!/usr/bin/env bash
# Makes a base image from what this machine has, for machines that reach no image registry: Node, the libraries that it loads, the
# certificates of public authorities, names for users. No shell, no package manager.
#
#   hack/base-image.sh [NAME]    (default flashback-base:local; NODE_BINARY names another node binary)
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-flashback-base:local}
node=${NODE_BINARY:-node_modules/node/bin/node}
[ -x "$node" ] || { echo "base-image.sh: there is no $node; run npm ci, or set NODE_BINARY to one." >&2; exit 1; }

authorities=
for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
  [ -r "$bundle" ] && { authorities=$bundle; break; }
done
[ -n "$authorities" ] || { echo 'base-image.sh: install ca-certificates: the image needs them for TLS to providers.' >&2; exit 1; }

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
install -D -m 755 "$node" "$root/usr/local/bin/node"

# Each library where the loader looks for it, and what names and addresses are resolved by.
libraries=$(ldd "$node" | grep -oE '/[^ ]+')
for extra in libnss_dns.so.2 libnss_files.so.2 libresolv.so.2; do
  libraries+=" $(ldconfig -p 2>/dev/null | awk -v name="$extra" '$1 == name && !found++ { print $NF }')"
done
for library in $libraries; do install -D -m 755 "$(readlink -f "$library")" "$root$library"; done

install -D -m 644 "$(readlink -f "$authorities")" "$root/etc/ssl/certs/ca-certificates.crt"
printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"
printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
install -d -m 1777 "$root/tmp"

# Equal contents, equal archive: times, owners and the order are fixed.
tar --create --directory "$root" --sort=name --mtime=@315532800 --owner=0 --group=0 --numeric-owner . |
  docker import --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' --change 'ENTRYPOINT ["node"]' - "$name" >/dev/null
echo "$name"
