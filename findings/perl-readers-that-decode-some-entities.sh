#!/usr/bin/env bash
# XML::Bare 0.53 (Perl) decodes no entity at all: a server named `a & b` is `a &amp; b`, and an order sent back with that name
# renames it. XML::TreePP 0.43 decodes the five named ones and numbers below 128, and leaves `&#1059;` as it stands: of an XML
# answer with references in place of letters, as older panels send it, every letter beyond ASCII stays a number.
# XML::Hash::XS 0.56 and XML::Smart 1.78 read the same document right.
set -euo pipefail
for package in libxml-bare-perl libxml-treepp-perl libxml-hash-xs-perl libxml-smart-perl; do
    dpkg-query --show "$package" >/dev/null || { echo "first: apt-get install $package" >&2; exit 2; }
done
perl <<'PL'
use strict; use warnings;
use XML::Bare (); use XML::TreePP (); use XML::Hash::XS (); use XML::Smart ();
binmode STDOUT, ':utf8';
my $name = 'a &amp; b &#65; &#1059;&#1079;&#1077;&#1083;';
my $xml = qq(<?xml version="1.0" encoding="UTF-8"?>\n<doc><licname>$name</licname></doc>\n);
my $whole = "a & b A \x{423}\x{437}\x{435}\x{43b}";
my %expected = (
    'XML::Bare' => $name, 'XML::TreePP' => 'a & b A &#1059;&#1079;&#1077;&#1083;',
    'XML::Hash::XS' => $whole, 'XML::Smart' => $whole,
);
my %read = (
    'XML::Bare' => sub { XML::Bare->new(text => $xml)->parse()->{doc}{licname}{value} },
    'XML::TreePP' => sub { XML::TreePP->new->parse($xml)->{doc}{licname} },
    'XML::Hash::XS' => sub { XML::Hash::XS::xml2hash($xml, utf8 => 1)->{licname} },
    'XML::Smart' => sub { '' . XML::Smart->new($xml)->{doc}{licname} },
);
for my $reader (sort keys %read) {
    my $text = $read{$reader}->();
    print "$reader ", $reader->VERSION, ": $text\n";
    die "changed\n" unless $text eq $expected{$reader};
}
PL
