#!/bin/sh
# Runs one case of tests/cli:  run.sh CASE SCRATCH GEMFLOW
#
# A case is a folder with `cmd` (shell lines, run with gemflow on PATH in a scratch folder of its own) and what is expected:
#   exit            the exit code of the last line; no file: 0
#   stdout.exact    the very text; stdout.glob: a pattern of the shell for the whole text ('*' takes newlines too); neither:
#   stderr.exact    nothing may be said
# An exit code of 77 skips the case. GEMFLOW_RENEW=1 writes the expectations anew (a .glob that still fits is left alone):
# read the difference before it is committed.
set -u
case_folder=$1
scratch=$2
PATH=$(dirname "$3"):$PATH
export PATH

rm -rf "$scratch" && mkdir -p "$scratch/work" && cd "$scratch/work" || exit 1
unset NO_COLOR GEMFLOW_OFFLINE COLUMNS
LC_ALL=C.UTF-8 TERM=dumb CASES=$(dirname "$0")
export LC_ALL TERM CASES
sh "$case_folder/cmd" >../stdout 2>../stderr </dev/null
code=$?
if [ $code -eq 77 ] && [ ! -f "$case_folder/exit" ]; then
  cat ../stdout ../stderr
  exit 77
fi

result=0

# fits NAME: is what came on this stream what is expected?
fits() {
  if [ -f "$case_folder/$1.glob" ]; then
    actual=$(cat "../$1") pattern=$(cat "$case_folder/$1.glob")
    # shellcheck disable=SC2254
    case "$actual" in $pattern) return 0 ;; esac
    expected=$case_folder/$1.glob
  elif [ -f "$case_folder/$1.exact" ]; then
    cmp -s "$case_folder/$1.exact" "../$1" && return 0
    expected=$case_folder/$1.exact
  else
    [ -s "../$1" ] || return 0
    expected=/dev/null
  fi
  return 1
}

for stream in stdout stderr; do
  fits $stream && continue
  if [ "${GEMFLOW_RENEW:-}" = 1 ] && [ ! -f "$case_folder/$stream.glob" ]; then
    cp "../$stream" "$case_folder/$stream.exact"
    [ -s "../$stream" ] || rm "$case_folder/$stream.exact"
    continue
  fi
  echo "$stream is not what was expected (- expected, + found):"
  diff -u "$expected" "../$stream" | sed 1,2d
  result=1
done

wanted=0
[ -f "$case_folder/exit" ] && wanted=$(cat "$case_folder/exit")
if [ "$code" != "$wanted" ]; then
  if [ "${GEMFLOW_RENEW:-}" = 1 ]; then
    echo "$code" >"$case_folder/exit"
    [ $code -ne 0 ] || rm "$case_folder/exit"
  else
    echo "the exit code is $code, not $wanted"
    [ $result -eq 1 ] || cat ../stderr
    result=1
  fi
fi
[ $result -eq 1 ] || rm -rf "$scratch"
exit $result
