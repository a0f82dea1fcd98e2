#!/usr/bin/env bash
# Checks the formatting, builds everything once, runs every test project, and sums up. The last line is 'N passed, N failed', with ', N skipped' when there are
# some. Exit code: 0 all is well, 1 something failed or no test ran, 2 a tool is missing.
#
# eng/test.sh [FILTER]: only tests whose full name contains FILTER; an expression such as 'FullyQualifiedName~Dag&Name!~Slow' is taken as it is.
# CONTINUITY_TEST_TIMEOUT: seconds that one test project may take, 420 when not set.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

filter=${1:-}
case $filter in
  '' | *[=~]*) ;;
  *) filter="FullyQualifiedName~$filter" ;;
esac

timeout=${CONTINUITY_TEST_TIMEOUT:-420}
hang="$((timeout * 2 / 3))s"
passed=0 failed=0 skipped=0
problems=()
running=

need_dotnet
need_ffmpeg
need_npm
need_postgres

results=$PWD/out/test
rm -rf "$results"
mkdir -p "$results"

# Tests write to the temporary folder; with one of our own nothing of them is left.
TMPDIR=$(mktemp -d -t continuity-test-XXXXXX)
export TMPDIR

# PostgreSQL refuses root and runs as a user of its own, who has to get to its folder in there.
[ "$(id -u)" -ne 0 ] || chmod 711 "$TMPDIR"

# Invoked by traps.
# shellcheck disable=SC2317,SC2329
end_running() {
  [ -z "$running" ] || kill -KILL -- "-$running" 2>/dev/null || true
}

trap 'end_running; rm -rf "$TMPDIR"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# problem TITLE: counts as one failure.
problem() {
  problems+=("$1")
  failed=$((failed + 1))
}

finish() {
  local line="$passed passed, $failed failed" entry
  [ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
  if [ "${#problems[@]}" -gt 0 ]; then
    printf '\nFailed:\n'
    for entry in "${problems[@]}"; do
      printf '  %s\n' "$entry"
    done
  fi

  [ $((passed + failed)) -gt 0 ] || printf '\nNo test ran.\n'
  printf '\n%s\n' "$line"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && exit 0
  exit 1
}

# results_of FILE: one line a test of a trx file: outcome, tab, name, and for those that failed the beginning of the message.
results_of() {
  awk '
    BEGIN { RS = "<UnitTestResult " }
    function attribute(name,    from, text) {
      from = index($0, " " name "=\"")
      if (from == 0) { return "" }
      text = substr($0, from + length(name) + 3)
      return substr(text, 1, index(text, "\"") - 1)
    }
    NR > 1 {
      $0 = " " $0
      outcome = attribute("outcome"); name = attribute("testName"); message = ""
      from = index($0, "<Message>")
      if (outcome != "Passed" && from > 0) {
        message = substr($0, from + 9)
        message = substr(message, 1, index(message, "</Message>") - 1)
        gsub(/&#x[dD];/, "", message)
        sub(/^[ \t\r\n]+/, "", message)
        gsub(/[ \t]*[\r\n]+[ \t]*/, " | ", message)
        message = substr(message, 1, 1000)
      }
      line = name (message == "" ? "" : ": " message)
      gsub(/[\r\n\t]/, " ", line)
      gsub(/&#x[aAdD9];/, " ", line)
      gsub(/&lt;/, "<", line); gsub(/&gt;/, ">", line); gsub(/&quot;/, "\"", line); gsub(/&apos;/, "\047", line); gsub(/&amp;/, "\\&", line)
      print (outcome == "" ? "Unknown" : outcome) "\t" line
    }' "$1"
}

# run_project NAME PROJECT
run_project() {
  local name=$1 project=$2 code=0 count=0 fails=0 outcome line before=$failed
  local started=$SECONDS log=$results/$1.log trx=$results/$1.trx arguments
  arguments=(--no-build -c "$configuration" --nologo --results-directory "$results" --logger "trx;LogFileName=$name.trx"
    --logger 'console;verbosity=minimal' --blame-hang-timeout "$hang" --blame-hang-dump-type none)
  [ -z "$filter" ] || arguments+=(--filter "$filter")

  # 'timeout' leads a process group, which is ended with whatever a broken test left in it.
  timeout --kill-after=10 "$timeout" dotnet test "$project" "${arguments[@]}" </dev/null >"$log" 2>&1 &
  running=$!
  wait "$running" || code=$?
  end_running
  running=

  if [ -f "$trx" ]; then
    while IFS=$'\t' read -r outcome line; do
      count=$((count + 1))
      case $outcome in
        Passed) passed=$((passed + 1)) ;;
        NotExecuted | Pending) skipped=$((skipped + 1)) ;;
        *)
          fails=$((fails + 1))
          problem "$name: $line"
          ;;
      esac
    done < <(results_of "$trx")
  fi

  # What the counts of single tests do not show.
  if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
    problem "$name: not done after $timeout s; it was killed. See out/test/$name.log"
  elif grep -q -e 'Test Run Aborted' -e 'Test host process crashed' -e 'active test run was aborted' "$log"; then
    problem "$name: the test run broke off. See out/test/$name.log"
  elif [ "$code" -ne 0 ] && [ "$fails" -eq 0 ]; then
    problem "$name: the test run failed with exit code $code. See out/test/$name.log"
  elif [ "$count" -eq 0 ] && [ -z "$filter" ]; then
    problem "$name: no test ran. See out/test/$name.log"
  fi

  if [ "$failed" -eq "$before" ]; then
    printf '  %-16s %4d tests, %d s\n' "$name" "$count" $((SECONDS - started))
  else
    printf '  %-16s %4d tests, %d s: FAILED\n' "$name" "$count" $((SECONDS - started))
    grep -v '^ *$' "$log" | tail -n 200 | cut -c 1-300 | sed 's/^/    /'
  fi
}

# The build enforces the style of the code (IDE0055 and the rules of .editorconfig); this adds the files' own format: line ends, final line, and so on.
echo 'Checking the formatting ...'
if ! dotnet format whitespace . --folder --verify-no-changes >"$results/format.log" 2>&1 </dev/null; then
  tail -n 50 "$results/format.log"
  problem "formatting: run 'dotnet format whitespace . --folder'"
fi

echo 'Building ...'
if ! build Continuity.Orleans.sln >"$results/build.log" 2>&1; then
  grep -E '(error|warning) [A-Z]+[0-9]+' "$results/build.log" | sed 's/^ *//; s/ *$//' | sort -u | head -n 50 || true
  tail -n 5 "$results/build.log"
  problem 'the build: see out/test/build.log'
  finish
fi

echo 'Testing ...'
for project in tests/*/*.Tests.csproj; do
  run_project "$(basename "$project" .csproj)" "$project"
done

finish
