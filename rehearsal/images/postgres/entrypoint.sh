#!/bin/sh
# What the official image's entry point does on a first start: the database cluster, the database, and the files in
# /docker-entrypoint-initdb.d. It appears complete or not at all, so a start that was interrupted begins again.
set -eu

initialise() {
  rm -rf "$PGDATA.new"
  initdb -D "$PGDATA.new" -U "$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" -E UTF8 --locale=C \
    --auth-local=trust --auth-host=scram-sha-256
  echo "host all all all scram-sha-256" >>"$PGDATA.new/pg_hba.conf"
  pg_ctl -D "$PGDATA.new" -w start -o "-c listen_addresses="
  [ "$POSTGRES_DB" = postgres ] || createdb -U "$POSTGRES_USER" "$POSTGRES_DB"
  for file in /docker-entrypoint-initdb.d/*.sql; do
    [ ! -e "$file" ] || psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -f "$file"
  done
  pg_ctl -D "$PGDATA.new" -m fast -w stop
  mv "$PGDATA.new" "$PGDATA"
}

[ -s "$PGDATA/PG_VERSION" ] || initialise
exec postgres -c listen_addresses='*' "$@"
