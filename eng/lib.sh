# shellcheck shell=bash disable=SC2034
# Shared by the scripts of this folder; to be sourced, not run. It installs what is missing and never touches what is there.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
configuration=Release

# English and plain output, which is read by these scripts; and nothing that stays behind when they end: build nodes and the compiler server end with the build.
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

say() {
  printf '%s\n' "$*" >&2
}

# stop_here MESSAGE...: the environment lacks something that these scripts cannot get.
stop_here() {
  printf '%s\n' "$@" >&2
  exit 2
}

has() {
  command -v "$1" >/dev/null 2>&1
}

has_dotnet() {
  # Not 'grep -q' on a pipe: it stops reading early, which fails the pipe.
  has dotnet && grep -q '^10\.' <<<"$(dotnet --list-sdks 2>/dev/null)"
}

# as_root COMMAND...: runs it as root; fails when that cannot be done without asking.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    has sudo && sudo -n true 2>/dev/null && sudo -n -- "$@"
  fi
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-upgrade --no-install-recommends -o DPkg::Lock::Timeout=120 "$1"
}

# apt_get PACKAGE: installs it. The package lists are read anew only when the ones at hand do not lead to it.
apt_get() {
  local log
  has apt-get && as_root true || return 1
  say "Installing $1 ..."
  log=$(mktemp)
  if apt_install "$1" >"$log" 2>&1 || { as_root apt-get update -q >"$log" 2>&1 && apt_install "$1" >>"$log" 2>&1; }; then
    rm -f "$log"
    return 0
  fi

  tail -n 15 "$log" >&2
  rm -f "$log"
  return 1
}

need_dotnet() {
  has_dotnet || { apt_get dotnet-sdk-10.0 && hash -r && has_dotnet; } || stop_here \
    'The .NET SDK 10 is missing and could not be installed.' \
    'Install it by hand: package dotnet-sdk-10.0 of your distribution, or the installer from the .NET download page. Then run this again.'
}

need_ffmpeg() {
  { has ffmpeg && has ffprobe; } || { apt_get ffmpeg && hash -r && has ffmpeg && has ffprobe; } || stop_here \
    'ffmpeg and ffprobe (5.1 or newer) are missing and could not be installed.' \
    'Install them by hand: package ffmpeg of your distribution. Then run this again.'
}

# For the S3 server that the tests of the artifact store run against.
need_npm() {
  has node || { apt_get nodejs && hash -r && has node; } || stop_here \
    'node is missing and could not be installed.' \
    'Install it by hand: package nodejs of your distribution, version 18 or newer. Then run this again.'
  has npm || { apt_get npm && hash -r && has npm; } || stop_here \
    'npm is missing and could not be installed.' \
    'Install it by hand: package npm of your distribution. Then run this again.'
}

has_postgres() {
  local folder
  for folder in /usr/lib/postgresql/*/bin; do
    [ -x "$folder/initdb" ] && return 0
  done
  has initdb
}

# Its programs only: tests and benchmarks start servers of their own, and the one that the package would start is not wanted.
need_postgres() {
  has_postgres || { no_default_cluster && apt_get postgresql && hash -r && has_postgres; } || stop_here \
    'PostgreSQL (15 or newer) is missing and could not be installed.' \
    'Install it by hand: package postgresql of your distribution. It need not run. Then run this again.'
}

# postgres_bin: the folder of its newest programs.
postgres_bin() {
  local folder newest=
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V); do
    [ -x "$folder/initdb" ] && newest=$folder
  done
  echo "${newest:-$(dirname "$(command -v initdb)")}"
}

# no_default_cluster: tells Debian's package not to make and start a server.
no_default_cluster() {
  apt_get postgresql-common &&
    as_root sed -i -E 's/^#? *create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
}

need_node() {
  { has node && has npm; } || { apt_get nodejs && apt_get npm && hash -r && has node && has npm; } || stop_here \
    'Node.js and npm are missing and could not be installed.' \
    'Install them by hand: packages nodejs and npm of your distribution. Then run this again.'
}

need_redis() {
  has redis-server || { apt_get redis-server && hash -r && has redis-server; } || stop_here \
    'redis-server is missing and could not be installed.' \
    'Install it by hand: package redis-server of your distribution. It need not run. Then run this again.'
}

# build TARGET [ARGUMENTS...]: builds a project or the solution. The compiler server, which makes it fast, has a name of its own and is ended with the build.
build() {
  local server code=0
  server="continuity-$$-$RANDOM"
  dotnet build "$@" -c "$configuration" -v quiet -p:UseSharedCompilation=true "-p:SharedCompilationId=$server" </dev/null || code=$?
  end_compiler "$server"
  return "$code"
}

end_compiler() {
  local sdk
  sdk=$(dotnet --info 2>/dev/null | sed -n 's/^ *Base Path: *//p')
  if [ -f "$sdk/Roslyn/bincore/VBCSCompiler.dll" ]; then
    dotnet exec "$sdk/Roslyn/bincore/VBCSCompiler.dll" -shutdown "-pipename:$1" </dev/null >/dev/null 2>&1 || true
  fi
}
