#!/usr/bin/env bash
# What libraries make of a valid answer: the tables "ok" and "values" of docs/libraries.md.
# shellcheck source=docs/scripts/rows.sh
source "$(dirname "$0")/rows.sh"
need_debian php-cli php-xml ruby ruby-nori ruby-crack ruby-multi-xml ruby-activesupport ruby-xml-simple \
    ruby-nokogiri ruby-ox libxml-simple-perl libxml-libxml-perl libxml-libxml-simple-perl \
    libxml-twig-perl libxml-hash-lx-perl jq
pip_install lxml==6.1.3 xmltodict==1.0.4 untangle==1.3.0 beautifulsoup4==4.15.0
npm_install xml2js@0.6.2 fast-xml-parser@5.12.1 xml-js@1.6.11 pixl-xml@1.0.13 txml@6.0.3 simple-xml-to-json@1.2.7
printf '%s\n' '<?xml version="1.0" encoding="UTF-8"?>' '<doc><ok/><elem><id>7</id><licname/><auth>12345678e012</auth><item_status orig="2">Active</item_status><name>&#1040;</name></elem></doc>' > a.xml
echo '{"doc":{"ok":{}}}' > a.json

cat > a.php <<'PHP'
<?php
function ok($name, $expression, $done) {
    print("ok| $name | `$expression` | " . ($done ? "done" : "nothing") . " |\n");
}
$php = "PHP " . PHP_MAJOR_VERSION . "." . PHP_MINOR_VERSION;
$a = simplexml_load_file("a.xml");
ok("$php, SimpleXML", 'if ($a->ok)', (bool) $a->ok);
ok("$php, SimpleXML", 'isset($a->ok)', isset($a->ok));
ok("$php, SimpleXML", '!empty($a->ok)', !empty($a->ok));
ok("$php, SimpleXML", '$a->xpath("//ok")[0]', (bool) $a->xpath("//ok")[0]);
$dom = new DOMDocument;
$dom->load("a.xml");
ok("$php, DOM", 'getElementsByTagName("ok")->item(0)', (bool) $dom->getElementsByTagName("ok")->item(0));
ok("$php, json", '$a->doc->ok', (bool) json_decode(file_get_contents("a.json"))->doc->ok);
ok("$php, json as array", '$a["doc"]["ok"]', (bool) json_decode(file_get_contents("a.json"), true)["doc"]["ok"]);
$row = json_decode(json_encode($a), true)["elem"];
$show = fn ($value) => "`" . json_encode($value, JSON_UNESCAPED_UNICODE) . "`";
echo "values| $php, `json_decode(json_encode(\$a), true)` | ", isset($row["id"]) ? "an object" : "an array", " | ",
    implode(" | ", array_map($show, [$row["licname"], $row["item_status"], $row["auth"], $row["name"]])), " |\n";
PHP
php a.php > rows

cat > a.py <<'PY'
import json, sys, warnings
from importlib.metadata import version
from pathlib import Path
from xml.dom import minidom
from xml.etree import ElementTree
import lxml.etree, untangle, xmltodict
from bs4 import BeautifulSoup
warnings.simplefilter("ignore")
text, body = Path("a.xml").read_text(), Path("a.xml").read_bytes()
python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
mapped = xmltodict.parse(body)["doc"]
for name, expression, element in (
    (f"{python}, minidom", 'getElementsByTagName("ok")[0]', minidom.parseString(body).getElementsByTagName("ok")[0]),
    (f"{python}, ElementTree", 'root.find("ok")', ElementTree.fromstring(body).find("ok")),
    (f"lxml {version('lxml')}", 'root.find("ok")', lxml.etree.fromstring(body).find("ok")),
    (f"BeautifulSoup {version('beautifulsoup4')}, xml", "soup.ok", BeautifulSoup(text, "xml").ok),
    (f"untangle {version('untangle')}", "a.doc.ok", untangle.parse(text).doc.ok),
    (f"xmltodict {version('xmltodict')}", 'a["doc"]["ok"]', mapped["ok"]),
    (f"{python}, json", 'a["doc"]["ok"]', json.loads(Path("a.json").read_text())["doc"]["ok"]),
):
    print(f"ok| {name} | `{expression}` | {'done' if element else 'nothing'} |")
row = mapped["elem"]
cells = (json.dumps(row[n], ensure_ascii=False) for n in ("licname", "item_status", "auth", "name"))
print(f"values| xmltodict {version('xmltodict')} |", "an array" if isinstance(row, list) else "an object",
      *(f"| `{cell}`" for cell in cells), "|")
PY
env/bin/python a.py >> rows

cat > a.cjs <<'JS'
const { readFileSync } = require('node:fs');
const xml = readFileSync('a.xml', 'utf8');
const named = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version}`;
const ok = (name, expression, value) =>
  console.log(`ok| ${name} | \`${expression}\` | ${value ? 'done' : 'nothing'} |`);
const values = (name, row) => {
  const one = Array.isArray(row) ? row[0] : row;
  const cells = ['licname', 'item_status', 'auth', 'name'].map((n) => ` \`${JSON.stringify(one[n])}\` |`);
  console.log(`values| ${name} | ${Array.isArray(row) ? 'an array' : 'an object'} |${cells.join('')}`);
};
const read = {};
require('xml2js').parseString(xml, (_, found) => { read.arrays = found.doc; });
require('xml2js').parseString(xml, { explicitArray: false }, (_, found) => { read.plain = found.doc; });
const { XMLParser } = require('fast-xml-parser');
read.fast = new XMLParser().parse(xml).doc;
read.kept = new XMLParser({ ignoreAttributes: false, parseTagValue: false, htmlEntities: true }).parse(xml).doc;
read.js = require('xml-js').xml2js(xml, { compact: true }).doc;
read.pixl = require('pixl-xml').parse(xml);
const txml = require('txml');
read.txml = txml.simplify(txml.parse(xml)).doc;
const simple = require('simple-xml-to-json').convertXML(xml).doc.children;
ok(named('xml2js'), 'a.doc.ok', read.arrays.ok);
ok(`${named('xml2js')}, \`explicitArray: false\``, 'a.doc.ok', read.plain.ok);
ok(named('fast-xml-parser'), 'a.doc.ok', read.fast.ok);
ok(named('xml-js'), 'a.doc.ok', read.js.ok);
ok(named('pixl-xml'), 'a.ok', read.pixl.ok);
ok(`${named('txml')}, \`simplify\``, 'a.doc.ok', read.txml.ok);
ok(named('simple-xml-to-json'), 'a.doc.children[0].ok', simple[0].ok);
ok(`Node.js ${process.versions.node.split('.')[0]}, JSON`, 'a.doc.ok', JSON.parse(readFileSync('a.json')).doc.ok);
values(named('xml2js'), read.arrays.elem);
values(`${named('xml2js')}, \`explicitArray: false\``, read.plain.elem);
values(named('fast-xml-parser'), read.fast.elem);
values('the same, `ignoreAttributes: false`, `parseTagValue: false`, `htmlEntities: true`', read.kept.elem);
values(named('xml-js'), read.js.elem);
values(named('pixl-xml'), read.pixl.elem);
values(`${named('txml')}, \`simplify\``, read.txml.elem);
values(named('simple-xml-to-json'), Object.assign({}, ...simple[1].elem.children));
JS
node a.cjs >> rows

cat > a.rb <<'RB'
require 'json'; require 'nori'; require 'crack'; require 'multi_xml'; require 'xmlsimple'; require 'ox'
require 'nokogiri'; require 'rexml/document'
require 'active_support'; require 'active_support/core_ext/hash/conversions'
def named(name, gem) = "#{name} #{Gem::Specification.find_by_name(gem).version}"
xml = File.read('a.xml')
ruby = "Ruby #{RUBY_VERSION[/\d+\.\d+/]}"
maps = {
  named('ActiveSupport', 'activesupport') => Hash.from_xml(xml)['doc'], named('Nori', 'nori') => Nori.new.parse(xml)['doc'],
  named('MultiXml', 'multi_xml') => MultiXml.parse(xml)['doc'], named('Crack', 'crack') => Crack::XML.parse(xml)['doc'],
  named('XmlSimple', 'xml-simple') => XmlSimple.xml_in(xml),
  named('Ox', 'ox') + ', `:hash`' => Ox.load(xml, mode: :hash)[:doc].transform_keys(&:to_s),
}
found = maps.to_h { |name, doc| [[name, 'a["doc"]["ok"]'], doc['ok']] }
found[[named('Nokogiri', 'nokogiri'), 'doc.at("ok")']] = Nokogiri::XML(xml).at('ok')
found[["#{ruby}, REXML", 'root.elements["ok"]']] = REXML::Document.new(xml).root.elements['ok']
found[["#{ruby}, JSON", 'a["doc"]["ok"]']] = JSON.parse(File.read('a.json'))['doc']['ok']
found.each { |(name, expression), ok| puts "ok| #{name} | `#{expression}` | #{ok ? 'done' : 'nothing'} |" }
maps.each do |name, doc|
  row = doc['elem']
  one = (row.is_a?(Array) ? row[0] : row).transform_keys(&:to_s)
  cells = %w[licname item_status auth name].map { |n| "`#{JSON.generate(one[n])}`" }
  puts "values| #{name} | #{row.is_a?(Array) ? 'an array' : 'an object'} | #{cells.join(' | ')} |"
end
RB
ruby a.rb >> rows

cat > a.pl <<'PL'
use strict; use warnings;
use XML::Simple (); use XML::LibXML; use XML::LibXML::Simple (); use XML::Twig; use XML::Hash::LX; use JSON::PP;
my $text = do { local (@ARGV, $/) = 'a.xml'; <> };
my $document = XML::LibXML->load_xml(string => $text);
my %maps = (
    "XML::Simple $XML::Simple::VERSION" => XML::Simple::XMLin($text),
    "XML::LibXML::Simple $XML::LibXML::Simple::VERSION" => XML::LibXML::Simple::XMLin($text),
    "XML::Hash::LX $XML::Hash::LX::VERSION" => xml2hash($text)->{doc},
);
my @ok = map { [$_, '$a->{ok}', $maps{$_}{ok}] } sort keys %maps;
push @ok, ["XML::Twig $XML::Twig::VERSION", 'first_child("ok")', XML::Twig->new->parse($text)->root->first_child('ok')];
push @ok, ["XML::LibXML $XML::LibXML::VERSION", 'findnodes("//ok")->[0]', $document->findnodes('//ok')->[0]];
push @ok, ["XML::LibXML $XML::LibXML::VERSION", 'findvalue("//ok")', $document->findvalue('//ok')];
my $json = decode_json(do { local (@ARGV, $/) = 'a.json'; <> });
push @ok, ["JSON::PP $JSON::PP::VERSION", '$a->{doc}{ok}', $json->{doc}{ok}];
printf "ok| %s | `%s` | %s |\n", @$_[0, 1], $_->[2] ? 'done' : 'nothing' for @ok;
my $writer = JSON::PP->new->canonical->allow_nonref->utf8;
for my $name (sort keys %maps) {
    my $row = $maps{$name}{elem};
    my @cells = map { '`' . $writer->encode($row->{$_}) . '`' } qw(licname item_status auth name);
    print "values| $name | ", (ref $row eq 'ARRAY' ? 'an array' : 'an object'), ' | ', join(' | ', @cells), " |\n";
}
PL
perl a.pl >> rows
echo "ok| jq $(jq --version | cut -d- -f2) | \`if .doc.ok\` | $(jq -r 'if .doc.ok then "done" else "nothing" end' a.json) |" >> rows

compare ok values < rows
