#!/bin/sh
# Orders a license, reads its key, prolongs it and prints the balance: shell with curl and sed.
# sed is enough for a first look; a program should read the answers with a parser.
set -eu

url="${1:-http://127.0.0.1:1500/billmgr}"
login="${MOCKSELLER_LOGIN:-reseller}"
password="${MOCKSELLER_PASSWORD:-secret}"
ispmanager_lite=55227

# Calls one function; prints the answer, or the seller's message where it refuses.
call() {
    func="$1"
    shift
    for pair in "$@"; do
        shift
        set -- "$@" --data-urlencode "$pair"
    done
    set -- "$@" --data-urlencode "authinfo=$login:$password" --data "func=$func&out=xml"
    answer="$(curl --silent --show-error --fail --max-time 30 "$@" "$url")"
    case "$answer" in
    *"<error "*)
        echo "$func: $(printf '%s' "$answer" | field msg)" >&2
        return 1
        ;;
    esac
    printf '%s' "$answer"
}

# Prints the text of the first element of a name, with or without attributes.
field() {
    sed -n "s|.*<$1\( [^>]*\)\{0,1\}>\([^<]*\)</$1>.*|\2|p" | head -n 1
}

order="$(call soft.order.param "pricelist=$ispmanager_lite" period=1 ip=0.0.0.0 \
    licname=from-shell skipbasket=on clicked_button=finish sok=ok)"
elid="$(printf '%s' "$order" | field id)"
echo "license $elid"

form="$(call soft.edit "elid=$elid")"
echo "key $(printf '%s' "$form" | field lickey)"

prolonged="$(call service.prolong "elid=$elid" period=1 sok=ok)"
echo "paid until $(printf '%s' "$prolonged" | field newexpiredate)"

account="$(call subaccount)"
echo "balance $(printf '%s' "$account" | field balance)"
