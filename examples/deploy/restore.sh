#!/bin/sh
# restore.sh FROM DATA: the worlds of a backup, in a folder that has none of these names.
set -eu
from=$1 data=$2
umask 077
for file in "$from"/*.mockseller; do
    mockseller world import "$file" --data "$data"
done
