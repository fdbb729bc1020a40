#!/bin/sh
# Runs every line of the README's block in sh, word for word:  commands.sh README GEMFLOW DATA SCRATCH
# Each must succeed, and what stands behind its -o must be there afterwards.
set -u
readme=$1 gemflow=$2 data=$3 scratch=$4
PATH=$(dirname "$gemflow"):$PATH
export PATH

rm -rf "$scratch" && mkdir -p "$scratch" && cd "$scratch" || exit 1
ln -s "$data" data
awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$readme" >lines

failed=0
while read -r line; do
  sh -c "$line" >stdout 2>stderr </dev/null || { echo "failed with $?: $line"; cat stderr; failed=1; }
  out=$(printf '%s\n' "$line" | sed -n 's/.* -o \([^ ]*\).*/\1/p')
  [ -z "$out" ] || [ -s "$out" ] || { echo "'$out' was not written: $line"; failed=1; }
done <lines

for command in inspect predict-metadata models generate condition table convert train evaluate; do
  grep -q "^gemflow $command " lines || { echo "the README shows no 'gemflow $command'"; failed=1; }
done
echo "$(wc -l <lines) commands of the README were run"
exit $failed
