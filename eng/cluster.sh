#!/usr/bin/env bash
# A cluster to try things on: a private PostgreSQL, SILOS silo processes and GPUS simulated GPUs, all on the loopback address. Silos that end are started again,
# as a service manager would. Ctrl-C ends everything and leaves nothing behind.
#
# eng/cluster.sh [SILOS [GPUS]], 3 and 2 when not given.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

silos=${1:-3} gpus=${2:-2}
[[ $silos =~ ^[1-9][0-9]?$ && $gpus =~ ^[1-9][0-9]?$ ]] || stop_here 'Usage: eng/cluster.sh [SILOS [GPUS]], each from 1 to 99.'

need_dotnet
need_ffmpeg
need_postgres

say 'Building ...'
log=$(mktemp)
for project in Silo Client/Cli Simulator; do
  build "$project" -p:RunAnalyzers=false >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; exit 1; }
done
rm -f "$log"

folder=$(mktemp -d -t continuity-cluster-XXXXXX)
chmod 711 "$folder"
bin="bin/$configuration/net10.0"

# Invoked by traps. SIGTERM: the silos hand over and end; those who keep them see that all is over, and end too.
# shellcheck disable=SC2317,SC2329
clean_up() {
  trap '' INT TERM
  touch "$folder/stopping"
  for file in "$folder"/*.pid; do
    [ ! -f "$file" ] || kill -TERM "$(cat "$file")" 2>/dev/null || true
  done
  wait || true
  [ ! -d "$folder/db" ] || as_database_user "$pg/pg_ctl" -D "$folder/db" -m fast stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# PostgreSQL refuses to run as root.
as_database_user() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && setpriv --reuid postgres --regid postgres --init-groups -- "$@")
  else
    "$@"
  fi
}

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)) && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# await FILE TEXT NAME: waits until a log has a line that begins with the text.
await() {
  local i
  for ((i = 0; i < 300; i++)); do
    grep -qs "^$2" "$1" && return 0
    sleep 0.2
  done
  tail -n 20 "$1" >&2
  stop_here "$3 did not start within a minute."
}

pg=$(postgres_bin)
port=$(free_port)
mkdir "$folder/db"
[ "$(id -u)" -ne 0 ] || chown postgres "$folder/db"
as_database_user "$pg/initdb" -D "$folder/db" -U continuity --auth=trust -E UTF8 >"$folder/db.log" 2>&1 || { cat "$folder/db.log" >&2; exit 1; }
as_database_user "$pg/pg_ctl" -D "$folder/db" -w -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c max_connections=400" start >>"$folder/db.log" 2>&1 \
  || { cat "$folder/db.log" >&2; exit 1; }
"$pg/createdb" -h 127.0.0.1 -p "$port" -U continuity continuity
database="Host=127.0.0.1;Port=$port;Database=continuity;Username=continuity"

options=()
for ((i = 1; i <= gpus; i++)); do
  gpu=$(free_port)
  dotnet "Simulator/$bin/Continuity.Simulator.dll" --port "$gpu" --data "$folder/gpu$i" --name "gpu$i" --step-time 0.08 --load-time 1 --frame-time 0.015 >"$folder/gpu$i.log" 2>&1 &
  echo $! >"$folder/gpu$i.pid"
  options+=("http://127.0.0.1:$gpu")
done
for ((i = 1; i <= gpus; i++)); do
  await "$folder/gpu$i.log" '' "simulated GPU $i"
done

# Each GPU has a home: the silos take them in turn.
keep_silo() {
  local name=$1 http=$2 code
  shift 2
  while [ ! -e "$folder/stopping" ]; do
    dotnet "Silo/$bin/Continuity.Silo.dll" --cluster "$database" --data "$folder/data" --name "$name" --urls "http://127.0.0.1:$http" "$@" >"$folder/$name.log" 2>&1 &
    echo $! >"$folder/$name.pid"
    code=0
    wait $! || code=$?
    [ -e "$folder/stopping" ] || say "$name ended with $code; it is started again."
    sleep 0.2
  done
}

for ((i = 1; i <= silos; i++)); do
  mine=()
  for ((j = i - 1; j < gpus; j += silos)); do
    mine+=(--gpu "${options[$j]}")
  done
  http=$(free_port)
  echo "$http" >"$folder/silo$i.http"
  keep_silo "silo$i" "$http" --silo-port "$(free_port)" --gateway-port "$(free_port)" "${mine[@]+"${mine[@]}"}" &
done
for ((i = 1; i <= silos; i++)); do
  await "$folder/silo$i.log" 'serving' "silo$i"
done

say ''
say "A cluster of $silos silos on PostgreSQL, with $gpus simulated GPUs:"
for ((i = 1; i <= silos; i++)); do
  say "  silo$i   process $(cat "$folder/silo$i.pid")   http://127.0.0.1:$(cat "$folder/silo$i.http")/health/ready   log $folder/silo$i.log"
done
say ''
say 'In another terminal:'
say "  export CONTINUITY_CLUSTER='$database'"
say "  dotnet Client/Cli/$bin/Continuity.Cli.dll export samples/lighthouse/project.json --size 640x352 --out out/film"
say "  kill -9 $(cat "$folder/silo1.pid")    # silo1: the export goes on"
say ''
say 'Ctrl-C ends it all.'
wait
