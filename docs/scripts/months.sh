#!/usr/bin/env bash
# What day is a month after 31 January 2027, and what day two months after it: the table "months" of docs/libraries.md.
# shellcheck source=docs/scripts/rows.sh
source "$(dirname "$0")/rows.sh"
need_debian php-cli php-nesbot-carbon ruby ruby-activesupport libdatetime-perl libdate-calc-perl libdate-manip-perl \
    libtime-moment-perl default-jdk-headless golang-go
pip_install python-dateutil==4.0.0 pendulum==3.3.0 arrow==1.4.0 whenever==0.11.0 pandas==3.1.1
npm_install dayjs@1.11.23 date-fns@4.4.0 moment@2.31.0 luxon@3.7.2 @js-joda/core@6.3.2

cat > a.py <<'PY'
import sqlite3, sys
from datetime import date, datetime
from importlib.metadata import version
import arrow, pandas, pendulum
from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, rrule
from whenever import Date
start = date(2027, 1, 31)
memory = sqlite3.connect(":memory:")
def sqlite(day, months):
    return memory.execute("select date(?, ?)", (str(day)[:10], f"+{months} months")).fetchone()[0]
for name, begin, add in (
    (f"python-dateutil {version('python-dateutil')}, `relativedelta(months=1)`", start, lambda d, n: d + relativedelta(months=n)),
    (f"pendulum {version('pendulum')}, `add(months=1)`", pendulum.date(2027, 1, 31), lambda d, n: d.add(months=n)),
    (f"arrow {version('arrow')}, `shift(months=1)`", arrow.get(2027, 1, 31), lambda d, n: d.shift(months=n)),
    (f"whenever {version('whenever')}, `add(months=1)`", Date(2027, 1, 31), lambda d, n: d.add(months=n)),
    (f"pandas {version('pandas')}, `DateOffset(months=1)`", pandas.Timestamp(2027, 1, 31), lambda d, n: d + pandas.DateOffset(months=n)),
    (f"pandas {version('pandas')}, `MonthEnd(1)`", pandas.Timestamp(2027, 1, 31), lambda d, n: d + pandas.offsets.MonthEnd(n)),
    (f"SQLite {'.'.join(sqlite3.sqlite_version.split('.')[:2])}, `date(day, '+1 month')`", start, sqlite),
):
    days = (add(begin, 1), add(add(begin, 1), 1), add(begin, 2))
    print(f"months| {name} |", " | ".join(str(day)[:10] for day in days), "|")
second, third = rrule(MONTHLY, dtstart=datetime(2027, 1, 31), count=3)[1:]
print(f"months| python-dateutil {version('python-dateutil')}, `rrule(MONTHLY)` | {second:%Y-%m-%d} | {third:%Y-%m-%d} | {third:%Y-%m-%d} |")
PY
env/bin/python a.py > rows

cat > a.cjs <<'JS'
const { readFileSync } = require('node:fs');
const named = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version}`;
const dayjs = require('dayjs'), moment = require('moment'), { addMonths, format } = require('date-fns');
const { DateTime } = require('luxon'), { LocalDate } = require('@js-joda/core');
const plain = (date, n) => { const day = new Date(date); day.setUTCMonth(day.getUTCMonth() + n); return day; };
const ways = [
  [`Node.js ${process.versions.node.split('.')[0]}, \`setUTCMonth\``, new Date('2027-01-31'), plain, (d) => d.toISOString()],
  [`${named('dayjs')}, \`add(1, 'month')\``, dayjs('2027-01-31'), (d, n) => d.add(n, 'month'), (d) => d.format('YYYY-MM-DD')],
  [`${named('date-fns')}, \`addMonths\``, new Date(2027, 0, 31), addMonths, (d) => format(d, 'yyyy-MM-dd')],
  [`${named('moment')}, \`add(1, 'month')\``, moment('2027-01-31'), (d, n) => d.clone().add(n, 'month'), (d) => d.format('YYYY-MM-DD')],
  [`${named('luxon')}, \`plus({ months: 1 })\``, DateTime.fromISO('2027-01-31'), (d, n) => d.plus({ months: n }), (d) => d.toISODate()],
  [`${named('@js-joda/core')}, \`plusMonths\``, LocalDate.parse('2027-01-31'), (d, n) => d.plusMonths(n), String],
];
for (const [name, start, add, show] of ways) {
  const days = [add(start, 1), add(add(start, 1), 1), add(start, 2)].map((d) => show(d).slice(0, 10));
  console.log(`months| ${name} | ${days.join(' | ')} |`);
}
JS
node a.cjs >> rows

cat > a.php <<'PHP'
<?php
require "Carbon/autoload.php";
use Carbon\CarbonImmutable;
use Composer\InstalledVersions;
$php = "PHP " . PHP_MAJOR_VERSION . "." . PHP_MINOR_VERSION;
$carbon = "Carbon " . trim(shell_exec("dpkg-query --show --showformat='\${Version}' php-nesbot-carbon | cut -d- -f1"));
foreach ([
    "$php, `modify('+1 month')`" => fn ($day, $n) => $day->modify("+$n month"),
    "$php, `modify('last day of next month')`" => fn ($day, $n) => $day->modify("last day of +$n month"),
    "$carbon, `addMonth()`" => fn ($day, $n) => $day->addMonths($n),
    "$carbon, `addMonthNoOverflow()`" => fn ($day, $n) => $day->addMonthsNoOverflow($n),
] as $name => $add) {
    $start = str_starts_with($name, "Carbon") ? CarbonImmutable::parse("2027-01-31") : new DateTimeImmutable("2027-01-31");
    $days = [$add($start, 1), $add($add($start, 1), 1), $add($start, 2)];
    echo "months| $name | ", implode(" | ", array_map(fn ($day) => $day->format("Y-m-d"), $days)), " |\n";
}
PHP
php a.php >> rows

cat > a.rb <<'RB'
require 'date'; require 'active_support'; require 'active_support/core_ext/integer/time'; require 'active_support/core_ext/date'
start = Date.new(2027, 1, 31)
ways = {
  "Ruby #{RUBY_VERSION[/\d+\.\d+/]}, `Date#>>`" => ->(day, n) { day >> n },
  "ActiveSupport #{ActiveSupport.version}, `+ 1.month`" => ->(day, n) { day + n.months },
}
ways.each { |name, add| puts "months| #{name} | #{[add.(start, 1), add.(add.(start, 1), 1), add.(start, 2)].join(' | ')} |" }
RB
ruby a.rb >> rows

cat > a.pl <<'PL'
use strict; use warnings;
use DateTime; use Date::Calc qw(Add_Delta_YM); use Date::Manip; use Time::Moment; use Time::Piece;
sub row { my ($name, $start, $add, $show) = @_;
    print "months| $name | ", join(' | ', map { substr $show->($_), 0, 10 } $add->($start, 1), $add->($add->($start, 1), 1), $add->($start, 2)), " |\n" }
my $text = sub { "$_[0]" };
my $day = DateTime->new(year => 2027, month => 1, day => 31);
row("DateTime $DateTime::VERSION, `add(months => 1)`", $day, sub { $_[0]->clone->add(months => $_[1]) }, $text);
row("the same, `end_of_month => 'limit'`", $day, sub { $_[0]->clone->add(months => $_[1], end_of_month => 'limit') }, $text);
row("Date::Calc $Date::Calc::VERSION, `Add_Delta_YM`", [2027, 1, 31], sub { [Add_Delta_YM(@{$_[0]}, 0, $_[1])] }, sub { sprintf '%d-%02d-%02d', @{$_[0]} });
row("Date::Manip $Date::Manip::VERSION, `DateCalc`", '2027-01-31', sub { UnixDate(DateCalc($_[0], "+ $_[1] months"), '%Y-%m-%d') }, $text);
row("Time::Moment $Time::Moment::VERSION, `plus_months`", Time::Moment->from_string('2027-01-31T00:00:00Z'), sub { $_[0]->plus_months($_[1]) }, $text);
row("Time::Piece $Time::Piece::VERSION, `add_months`", Time::Piece->strptime('2027-01-31', '%Y-%m-%d'), sub { $_[0]->add_months($_[1]) }, sub { $_[0]->ymd });
PL
perl a.pl >> rows

cat > A.java <<'JAVA'
import java.time.LocalDate;
public class A {
    public static void main(String[] args) {
        LocalDate day = LocalDate.of(2027, 1, 31);
        System.out.printf("months| Java %d, `LocalDate.plusMonths` | %s | %s | %s |%n", Runtime.version().feature(),
            day.plusMonths(1), day.plusMonths(1).plusMonths(1), day.plusMonths(2));
    }
}
JAVA
java A.java >> rows

cat > a.go <<'GO'
package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

func main() {
	day := time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	version := strings.Join(strings.Split(strings.TrimPrefix(runtime.Version(), "go"), ".")[:2], ".")
	fmt.Printf("months| Go %s, `AddDate(0, 1, 0)`", version)
	for _, end := range []time.Time{day.AddDate(0, 1, 0), day.AddDate(0, 1, 0).AddDate(0, 1, 0), day.AddDate(0, 2, 0)} {
		fmt.Print(" | ", end.Format("2006-01-02"))
	}
	fmt.Println(" |")
}
GO
GOCACHE=$folder/go go run a.go >> rows

gnu() { date --utc --date "$1 +$2 month" +%F; }
first=$(gnu 2027-01-31 1)
echo "months| GNU date $(date --version | sed -n '1s/.* //p'), \`+1 month\` | $first | $(gnu "$first" 1) | $(gnu 2027-01-31 2) |" >> rows
compare months < rows
