# Read by the scripts beside it, each of which runs libraries and makes tables of docs/libraries.md.
# shellcheck shell=bash
set -euo pipefail
page=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/libraries.md
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# need_debian PACKAGE...: ends with the command that installs what is missing.
need_debian() {
    local name missing=()
    for name; do
        dpkg-query --show --showformat='${Status}' "$name" 2>/dev/null | grep -q ' installed$' || missing+=("$name")
    done
    test ${#missing[@]} -eq 0 || { echo "first: apt-get install --no-install-recommends ${missing[*]}" >&2; exit 2; }
}

# pip_install PACKAGE==VERSION...: an environment in the temporary folder; its Python is env/bin/python.
pip_install() {
    python3 -m venv env
    env/bin/pip install --quiet --disable-pip-version-check "$@"
}

# npm_install PACKAGE@VERSION...: into the temporary folder.
npm_install() {
    npm init -y >/dev/null
    npm install --silent --no-audit --no-fund "$@"
}

# compare TABLE...: reads rows with the name of their table before them, `ok| PHP | ...`, prints them, and fails
# if a table of the page has others.
compare() {
    local table changed=0
    cat > rows.run
    for table; do
        sed -n "/^<!-- rows: $table -->\$/,/^\$/p" "$page" | sed 1,3d | sed '/^$/d' > page.rows
        sed -n "s/^$table|/|/p" rows.run | tee run.rows
        test -s run.rows && diff --unified=0 --label "docs/libraries.md, $table" --label "as run now" \
            page.rows run.rows || changed=1
    done
    return $changed
}
