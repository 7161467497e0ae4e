#!/bin/sh
# Install the Debian packages that are missing: those named, or all that the tests need.
set -eu
[ $# -gt 0 ] || set -- chromium chromium-headless-shell fonts-noto-core fonts-noto-cjk gettext poppler-utils libreoffice-calc-nogui nginx postgresql xmlsec1
missing=
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -eq 0 ]; then as_root=; else as_root='sudo -n'; fi
if ! command -v apt-get >/dev/null || ! $as_root true 2>/dev/null; then
    echo "Install these packages, then try again:$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null
