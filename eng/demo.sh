#!/usr/bin/env bash
# Renders the sample film on two simulated GPUs: no GPU, no ComfyUI, no model needed. Options after the name go to 'continuity export'; see docs/cli.md.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

# given OPTION ARGUMENTS...: whether the caller gave this option.
given() {
  local option=$1 argument
  shift
  for argument; do
    case $argument in "$option" | "$option="*) return 0 ;; esac
  done
  return 1
}

need_dotnet
need_ffmpeg

say 'Building ...'
log=$(mktemp)
# The analyzers are for those who change the code.
build Client/Cli -p:RunAnalyzers=false >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; exit 1; }
rm -f "$log"

options=(--upscale)
given --simulate "$@" || given --gpu "$@" || options+=(--simulate 2)
given --size "$@" || options+=(--size 640x352)
given --data "$@" || { options+=(--data out/demo-data) && rm -rf out/demo-data; }
given --out "$@" || { options+=(--out out/demo) && rm -rf out/demo; }
code=0
dotnet "Client/Cli/bin/$configuration/net10.0/Continuity.Cli.dll" export samples/lighthouse/project.json "${options[@]}" "$@" || code=$?

if [ "$code" -eq 0 ] && ! given --out "$@"; then
  say ''
  say 'The film           out/demo/film.mp4'
  say 'Each scene         out/demo/scenes/*.mp4'
  say 'Each shot          out/demo/shots/*/*/   (keyframe, clip, upscaled clip)'
  say 'How it was made    out/demo/manifest.json'
fi

exit "$code"
