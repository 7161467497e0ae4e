#!/bin/sh
# Run a command with TESTS_DATABASE_URL set to a PostgreSQL server of its own, gone afterwards.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
folder=$(mktemp -d)
if [ "$(id -u)" -eq 0 ]; then
    chown postgres "$folder"
    as_owner() { runuser -u postgres -- "$@"; }
else
    as_owner() { "$@"; }
fi
stop() {
    as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT INT TERM
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_owner "$bin/initdb" -D "$folder/data" -A trust -U tests -N >/dev/null
as_owner "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w start >/dev/null \
    -o "-k $folder -p $port -c listen_addresses=127.0.0.1 -c fsync=off" || { cat "$folder/log"; exit 1; }
TESTS_DATABASE_URL="postgresql://tests@127.0.0.1:$port/postgres" "$@"
