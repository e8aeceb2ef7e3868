#!/usr/bin/env bash
# Nori 2.6.0 (Ruby, the reader under Savon), default options: the type of a field depends on its text. A day is a Date as
# long as it exists, and a String when it does not; a license named "true" is true, one named "2027-01-31" a Date,
# and "12:30:00" is half past twelve *today*, so the same answer reads differently tomorrow. Numbers stay text.
# `advanced_typecasting: false` keeps all of it.
set -euo pipefail
dpkg-query --show ruby-nori >/dev/null || { echo "first: apt-get install ruby-nori" >&2; exit 2; }
ruby <<'RB'
require 'nori'
def read(text, **options) = Nori.new(**options).parse("<v>#{text}</v>")['v']
seen = ['2027-01-31', '2027-02-31', 'true', '12:30:00', '1.10'].to_h { |text| [text, read(text)] }
seen.each { |text, value| puts "#{text} -> #{value.class} #{value}" }
abort 'changed' unless seen.values.zip([Date, String, TrueClass, Time, String]).all? { |value, type| value.is_a?(type) }
abort 'changed: another day' unless [Date.today, Date.today - 1].include?(seen['12:30:00'].to_date)
abort 'changed: without types' unless seen.keys.all? { |text| read(text, advanced_typecasting: false) == text }
RB
