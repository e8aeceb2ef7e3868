#!/usr/bin/env bash
# PHP 8.2, fgetcsv with its default escape character: a field that ends with a backslash, "C:\", swallows the quote, the
# rest of its row and the row after it. Two rows of three fields are read as one row of three, without a warning.
# The text is valid CSV (RFC 4180 knows no escape but the doubled quote), and Python's csv reads it right; so does
# fgetcsv with '' as the escape character.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
printf '%s\n' '100001;"C:\";5.00' '100002;"web";6.00' > rows.csv
cat > seen.php <<'PHP'
<?php
function rows(string ...$escape): array {
    $file = fopen("rows.csv", "r");
    for ($rows = []; ($row = fgetcsv($file, null, ";", '"', ...$escape)) !== false; $rows[] = $row);
    return $rows;
}
echo "by default ", json_encode(rows()), "\nwithout an escape character ", json_encode(rows("")), "\n";
exit(count(rows()) === 1 && count(rows()[0]) === 3 && count(rows("")) === 2 ? 0 : 1);
PHP
php seen.php
python3 -c 'import csv; rows = list(csv.reader(open("rows.csv"), delimiter=";")); assert rows == [["100001", "C:\\", "5.00"], ["100002", "web", "6.00"]], rows'
