#!/bin/sh
# The README's tables beside what they are about:  tables.sh README GEMFLOW SETUP
set -u
readme=$1 gemflow=$2 setup=$3
failed=0

# rows TITLE: the rows of the table below that title, fields between bars, without its head.
rows() {
  awk -F' *[|] *' -v title="## $1" '$0 == title { inside = 1; next } /^## / { inside = 0 }
    inside && /^\|/ && ++n > 2' "$readme"
}

# Formats: name, read, created, annotated.
in_readme=$(rows Formats | awk -F' *[|] *' '{ for (i = 3; i <= 5; ++i) if ($i == "") $i = "-"; print $2, $3, $4, $5 }')
in_program=$("$gemflow" formats | awk 'NR > 1 { print $1, $(NF - 2), $(NF - 1), $NF }')
if [ -z "$in_readme" ] || [ "$in_readme" != "$in_program" ]; then
  printf 'formats of the README:\n%s\nof the program:\n%s\n' "$in_readme" "$in_program"
  failed=1
fi

# Models: those with a name of their own, here.
for model in $(rows Models | awk -F' *[|] *' '$2 !~ /gmodel|synthesize/ { sub(/ .*/, "", $2); print $2 }'); do
  "$gemflow" models "$model" >/dev/null || { echo "the README names a model '$model'"; failed=1; }
done

# Dependencies: what setup installs to build against has its row with a reason.
while read -r package library; do
  grep -Eq "[ \"]$package([ \"]|\$)" "$setup" || { echo "scripts/setup does not install '$package'"; failed=1; }
  rows Dependencies | awk -F' *[|] *' '$4 != "" { print $3 }' | grep -q "$library" ||
    { echo "the README gives no reason for '$library'"; failed=1; }
done <<TXT
libhdf5-dev libhdf5
libhts-dev htslib
libdeflate-dev libdeflate
libisal-dev ISA-L
libeigen3-dev Eigen
nlohmann-json3-dev nlohmann/json
libssl-dev OpenSSL
libcli11-dev CLI11
libcurl4-gnutls-dev libcurl
libsqlite3-dev SQLite
libzstd-dev zstd
libmicrohttpd-dev libmicrohttpd
libfmt-dev fmt
catch2 Catch2
TXT
n_packages=$(sed -n '/^for_build/,/"$/p' "$setup" | grep -o '[a-z0-9]*-dev' | wc -l)
[ "$n_packages" -eq 13 ] || { echo "scripts/setup has $n_packages libraries to build with, this test knows 13"; failed=1; }
exit $failed
