#!/bin/sh
# Runs every line of the README's block in sh, word for word:  commands.sh README GEMFLOW DATA SCRATCH
# Each must succeed, and what stands behind its -o must be there afterwards, but for a dry run. `gemflow serve … &` goes on until the end, and the
# line of exports that it prints is typed, as the README says.
set -u
readme=$1 gemflow=$2 data=$3 scratch=$4
PATH=$(dirname "$gemflow"):$PATH
export PATH

rm -rf "$scratch" && mkdir -p "$scratch" && cd "$scratch" || exit 1
ln -s "$data" data
awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$readme" >lines

server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null' EXIT
GEMFLOW_CACHE_DIR=$PWD/cache NO_PROXY='*'
export GEMFLOW_CACHE_DIR NO_PROXY
unset GEMFLOW_OFFLINE GEMFLOW_JOURNAL_DIR

# serve LINE: the server that this line starts, and what it asks to be typed.
serve() {
  sh -c "exec ${1%%&*}" >/dev/null 2>served </dev/null &
  server=$!
  for _ in $(seq 100); do
    grep -q '^export ' served && eval "$(grep '^export ' served)" && return
    sleep 0.1
  done
  echo "it does not serve: $1"; cat served; failed=1
}

failed=0
while read -r line; do
  case "$line" in "gemflow serve "*) serve "$line"; continue ;; esac
  sh -c "$line" >stdout 2>stderr </dev/null || { echo "failed with $?: $line"; cat stderr; failed=1; }
  out=$(printf '%s\n' "$line" | sed -n 's/.* -o \([^ ]*\).*/\1/p')
  case "$line" in *--dry-run*) [ ! -e "$out" ] || { echo "a dry run wrote '$out'"; failed=1; }; continue ;; esac
  [ -z "$out" ] || [ -s "$out" ] || { echo "'$out' was not written: $line"; failed=1; }
done <lines

for command in inspect predict-metadata models generate condition table convert train evaluate plan merge serve query status fetch; do
  grep -q "^gemflow $command " lines || { echo "the README shows no 'gemflow $command'"; failed=1; }
done
echo "$(wc -l <lines) commands of the README were run"
exit $failed
