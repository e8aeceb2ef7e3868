#!/usr/bin/env bash
# XML::Simple 2.25 and XML::LibXML::Simple 1.01 (Perl), default options: a list whose rows have a child <name>, <key> or
# <id> becomes a hash with that text as the key. Two rows of one name become one, the later; a list of one row stays
# as it is, so the shape changes with the second row. `KeyAttr => [], ForceArray => ['elem']` keeps all rows. Nothing
# is said unless warnings are on.
set -euo pipefail
for package in libxml-simple-perl libxml-libxml-simple-perl; do
    dpkg-query --show "$package" >/dev/null || { echo "first: apt-get install $package" >&2; exit 2; }
done
perl <<'PL'
use strict;
use XML::Simple (); use XML::LibXML::Simple ();
sub rows { "<doc>" . join('', map { "<elem><id>$_</id><name>web</name></elem>" } @_) . "</doc>" }
for (["XML::Simple $XML::Simple::VERSION", \&XML::Simple::XMLin], ["XML::LibXML::Simple $XML::LibXML::Simple::VERSION", \&XML::LibXML::Simple::XMLin]) {
    my ($name, $read) = @$_;
    my ($one, $two) = map { $read->($_)->{elem} } rows(100001), rows(100001, 100002);
    my $kept = $read->(rows(100001, 100002), KeyAttr => [], ForceArray => ['elem'])->{elem};
    print "$name: of two rows named web, ", join(', ', map { "$_ => id $two->{$_}{id}" } sort keys %$two), "; with KeyAttr => [] ", scalar @$kept, " rows\n";
    die "changed: one row\n" unless $one->{id} eq '100001' && $one->{name} eq 'web';
    die "changed: two rows\n" unless keys %$two == 1 && $two->{web}{id} eq '100002' && @$kept == 2;
}
PL
