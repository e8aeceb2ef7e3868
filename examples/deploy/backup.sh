#!/bin/sh
# backup.sh DATA INTO: every world as a file, while the sellers run.
set -eu
data=$1 into=$2
umask 077
mkdir -p "$into"
for folder in "$data"/worlds/*/; do
    name=$(basename "$folder")
    mockseller world export "$name" "$into/$name.part" --data "$data"
    mv "$into/$name.part" "$into/$name.mockseller"
done
