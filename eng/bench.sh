#!/usr/bin/env bash
# Runs a benchmark: eng/bench.sh NAME [ITS OPTIONS]. Without a name it tells the names.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

names() {
  local project
  for project in bench/*/*.csproj; do
    [ -f "$project" ] && basename "$(dirname "$project")" | tr '[:upper:]' '[:lower:]'
  done
  return 0
}

name=${1:-}
if [ -z "$name" ] || ! grep -qxF -- "$name" <<<"$(names)"; then
  known=$(names | paste -sd ' ')
  [ -z "$name" ] || say "There is no benchmark $name."
  stop_here 'Usage: eng/bench.sh NAME [OPTIONS]' "Names: ${known:-none yet}"
fi

shift
need_dotnet
need_ffmpeg
case $name in
  chain | peers) need_postgres && need_redis && need_node ;;
  scale) need_postgres ;;
  crash)
    need_postgres
    # The silo as it is deployed: compiled ahead of time, with its runtime, so that it is back sooner. That takes minutes.
    say 'Publishing the silo ...'
    dotnet publish Silo -c "$configuration" --use-current-runtime -p:RunAnalyzers=false --artifacts-path out/publish -o out/silo -v quiet >&2
    export CONTINUITY_SILO=$root/out/silo/Continuity.Silo
    # As in deploy/.
    export DOTNET_EnableWriteXorExecute=0 DOTNET_GCgen0size=0x6000000
    ;;
esac
project=$(find bench -mindepth 2 -maxdepth 2 -ipath "bench/$name/*.csproj")
build "$project" >&2
exec dotnet run --project "$project" -c "$configuration" --no-build -- "$@"
