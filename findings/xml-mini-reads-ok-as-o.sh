#!/usr/bin/env bash
# XML::Mini 1.38 (Perl): an element written `<ok/>`, without a blank before the slash, loses the last letter of its name.
# `<doc><id>5</id><ok/></doc>` has an `o` and no `ok`, `<licname/>` is `licnam`: a client that looks for `ok` takes every order
# for refused, and may order again. `<ok />`, `<ok></ok>` and one with an attribute are read right. Entities are not decoded;
# with `$AutoEscapeEntities`, the default, `&amp;` in a value comes out as `&amp;amp;`. Nothing is said.
set -euo pipefail
dpkg-query --show libxml-mini-perl >/dev/null || { echo "first: apt-get install libxml-mini-perl" >&2; exit 2; }
perl <<'PL'
use strict; use warnings;
use XML::Mini::Document;
sub names {
    my $document = XML::Mini::Document->new;
    $document->parse("<doc><id>5</id>$_[0]</doc>");
    return $document->toHash()->{doc};
}
print "XML::Mini ", XML::Mini->VERSION, "\n";
for (["<ok/>", "o"], ["<licname/>", "licnam"], ["<ok />", "ok"], ["<ok></ok>", "ok"], ['<ok type="form"/>', "ok"]) {
    my ($sent, $name) = @$_;
    my ($read) = grep { $_ ne 'id' } keys %{ names($sent) };
    print "$sent is read as $read\n";
    die "changed\n" unless $read eq $name;
}
my $text = names("<name>a &amp; b</name>")->{name};
print "a &amp; b is read as $text\n";
die "changed\n" unless $text eq 'a &amp;amp; b';
PL
