#!/usr/bin/env bash
# A balance comes as "0.50 EUR". Plain numbers of Perl read its beginning, and warn. Math::BigFloat 1.999830, with which sums are
# to be exact, reads NaN and says nothing; and NaN is neither less nor more: `refuse() if $balance < $cost` lets an order of 5.00
# through that plain numbers refused. What is left, "NaN", is not below zero either.
# Only is_nan() tells, or bcmp(), which is undef.
set -euo pipefail
perl <<'PL'
use strict; use warnings;
use Math::BigFloat ();
my $text = '0.50 EUR';
my @warned;
local $SIG{__WARN__} = sub { push @warned, @_ };
my $plain = $text + 0;
my $by_plain = @warned;
my $exact = Math::BigFloat->new($text);
my %seen = (
    'plain' => $plain, 'warnings of plain' => $by_plain, 'plain refuses' => $plain < 5 ? 1 : 0,
    'exact' => "$exact", 'exact refuses' => $exact < 5 ? 1 : 0, 'exact has enough' => $exact >= 5 ? 1 : 0,
    'below zero after it' => $exact - 5 < 0 ? 1 : 0, 'is_nan' => $exact->is_nan ? 1 : 0,
    'bcmp' => defined $exact->bcmp(5) ? 1 : 0, 'warnings of exact' => @warned - $by_plain,
);
my %expected = (
    'plain' => 0.5, 'warnings of plain' => 1, 'plain refuses' => 1, 'exact' => 'NaN', 'exact refuses' => 0,
    'exact has enough' => 0, 'below zero after it' => 0, 'is_nan' => 1, 'bcmp' => 0, 'warnings of exact' => 0,
);
print 'Math::BigFloat ', Math::BigFloat->VERSION, "\n";
for my $name (sort keys %expected) {
    print "$name: $seen{$name}\n";
    die "changed\n" unless $seen{$name} eq $expected{$name};
}
PL
