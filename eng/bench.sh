#!/usr/bin/env bash
# Runs a benchmark: eng/bench.sh NAME [ITS OPTIONS]. Without a name it tells the names.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

names() {
  local project
  for project in bench/*/*.csproj; do
    [ -f "$project" ] && basename "$(dirname "$project")"
  done
  return 0
}

name=${1:-}
if [ -z "$name" ] || ! names | grep -qxF -- "$name"; then
  known=$(names | paste -sd ' ')
  [ -z "$name" ] || say "There is no benchmark $name."
  stop_here 'Usage: eng/bench.sh NAME [OPTIONS]' "Names: ${known:-none yet}"
fi

shift
need_dotnet
need_ffmpeg
project=$(find "bench/$name" -maxdepth 1 -name '*.csproj' | head -n 1)
build "$project" >&2
exec dotnet run --project "$project" -c "$configuration" --no-build -- "$@"
