package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"corpus"
)

const wikiHead = `<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="nb">
  <siteinfo>
    <base>https://no.example.org/wiki/Forside</base>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="6" case="first-letter">Fil</namespace>
      <namespace key="14" case="first-letter">Kategori</namespace>
    </namespaces>
  </siteinfo>
`

// wikiPage is a page of a dump with its revisions.
func wikiPage(title string, ns int, more string, revisions ...string) string {
	s := fmt.Sprintf("  <page>\n    <title>%s</title>\n    <ns>%d</ns>\n    <id>1</id>\n%s", html.EscapeString(title), ns, more)
	for _, text := range revisions {
		s += "    <revision>\n      <id>2</id>\n      <timestamp>2024-04-25T16:24:44Z</timestamp>\n" +
			"      <model>wikitext</model>\n      <text bytes=\"3\" xml:space=\"preserve\">" + html.EscapeString(text) + "</text>\n    </revision>\n"
	}
	return s + "  </page>\n"
}

func TestWiki(t *testing.T) {
	a, b := wikiPage("A & B", 0, "", "old text", "new '''text'''"), wikiPage("Å", 0, "", "text of [[Fil:x.jpg]]å")
	stub := strings.Replace(wikiPage("Stub", 0, "", ""), `xml:space="preserve"></text>`, `id="7" />`, 1)
	data := strings.Replace(wikiPage("Data", 0, "", "{}"), "wikitext", "json", 1)
	at := func(s string) string { return fmt.Sprint(len(s) + 2) } // white space stands before a page
	tests := []struct {
		name, content string
		texts, lost   []string
		others        int64
	}{
		{"pages", wikiHead + a + b + "</mediawiki>\n", []string{"new text", "text of å"}, nil, 0},
		{"UTF-16", utf16(wikiHead + a + b), []string{"new text", "text of å"}, nil, 0},
		{"XML declaration", `<?xml version="1.0"?>` + "\n" + wikiHead + a, []string{"new text"}, nil, 0},
		{"redirect", wikiHead + wikiPage("R", 0, `<redirect title="A" />`, "#REDIRECT [[A]]") + a, []string{"new text"}, nil, 1},
		{"old redirect", wikiHead + wikiPage("R", 0, "", "#REDIRECT [[A]]") + a, []string{"new text"}, nil, 1},
		{"other namespaces", wikiHead + wikiPage("Talk:A", 1, "", "talk") + a + wikiPage("T", 10, "", "template"), []string{"new text"}, nil, 2},
		{"stub", wikiHead + stub + a, []string{"new text"}, []string{at(wikiHead) + " " + NoText}, 0},
		{"no revision", wikiHead + wikiPage("E", 0, "") + a, []string{"new text"}, []string{at(wikiHead) + " " + NoText}, 0},
		{"only a template", wikiHead + wikiPage("T", 0, "", "{{x}}"), nil, []string{at(wikiHead) + " " + NoText}, 0},
		{"other model", wikiHead + data + a, []string{"new text"}, []string{at(wikiHead) + " " + Unsupported}, 0},
		{"page that does not end", wikiHead + a[:200] + "\n" + b, []string{"text of å"}, []string{at(wikiHead) + " " + BadXML}, 0},
		{"cut", wikiHead + a + b[:len(b)-20], []string{"new text"}, []string{at(wikiHead+a) + " " + Truncated}, 0},
	}
	for _, tt := range tests {
		for _, form := range []struct{ name, content string }{{"plain", tt.content}, {"zstd", frames(tt.content)}, {"units", tt.content}} {
			t.Run(tt.name+"/"+form.name, func(t *testing.T) {
				cfg := Config{}
				if form.name == "units" {
					cfg.UnitBytes = 1
				}
				m := newMemory(2)
				m.run(t, cfg, put(t, "x", form.content))
				if got := m.texts(); !slices.Equal(got, tt.texts) {
					t.Errorf("texts %q, want %q", got, tt.texts)
				}
				if got := m.losses(); !slices.Equal(got, tt.lost) || m.count("other_records") != tt.others {
					t.Errorf("lost %v, want %v; %d others", m.lost(), tt.lost, m.count("other_records"))
				}
			})
		}
	}
}

// TestWikiFields: the address is known to every unit, not only to the first.
func TestWikiFields(t *testing.T) {
	m := newMemory(2)
	m.run(t, Config{UnitBytes: 1}, put(t, "x", wikiHead+wikiPage("A & B?", 0, "", "a")+wikiPage("Å/x:y", 0, "", "b")))
	docs := m.docs()
	for i, want := range []struct{ url, title string }{
		{"https://no.example.org/wiki/A_&_B%3F", "A & B?"}, {"https://no.example.org/wiki/%C3%85/x:y", "Å/x:y"},
	} {
		if d := docs[i]; d.URL != want.url || d.Title != want.title || d.Fetched != 1714062284 {
			t.Errorf("%+v, want %v", d, want)
		}
	}
}

// TestWikiHistory: of a page with many revisions only the last is held.
func TestWikiHistory(t *testing.T) {
	var revisions []string
	for i := range 300 {
		revisions = append(revisions, fmt.Sprintf("revision %d %s", i, strings.Repeat("x", 1000)))
	}
	c := newCursor(strings.NewReader(wikiHead+wikiPage("A", 0, "", revisions...)), 0)
	c.least, c.most = 1, 4000
	w := &wiki{c: c, max: 2000}
	rec, err := w.next()
	if err != nil || rec.lost != "" || !strings.Contains(string(rec.raw), "revision 299 ") || len(rec.raw) > 2000 || cap(c.buf) > 8000 {
		t.Errorf("%v, %d bytes, buffer of %d: %+v", err, len(rec.raw), cap(c.buf), rec.lost)
	}
	w = &wiki{c: newCursor(strings.NewReader(wikiPage("A", 0, "", "a", strings.Repeat("x", 9000))+wikiPage("B", 0, "", strings.Repeat("x", 9000), "b")), 0), max: 2000}
	if rec, _ := w.next(); rec.lost != TooLarge {
		t.Errorf("a last revision beyond the cap is %q", rec.lost)
	}
	if rec, _ := w.next(); rec.lost != "" || !strings.Contains(string(rec.raw), ">b<") {
		t.Errorf("an earlier revision beyond the cap: %q %s", rec.lost, rec.raw)
	}
}

func TestWikitext(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"bold and italic", "'''Bold''' ''it'' '''''both''''' it's ''''q'''", "Bold it both it's 'q"},
		{"links", "[[A]] [[B|b]] [[C#d]] [[:Category:X]] [[port]]s [[a|b|c]]", "A b C#d Category:X ports b|c"},
		{"files", "a [[File:x.jpg|thumb|see [[B|the b]] {{x}}]] b [[image:y]][[category:z]]", "a b"},
		{"local names", "a [[Fil:x.jpg|thumb|caption]]\n[[Kategori:Z]]", "a"},
		{"languages", "a [[de:B]] [[zh-min-nan:B]] [[fr:B|b]] [[wikt:word|word]]", "a b word"},
		{"templates", "a {{x|y={{z}}}} b {{{p|d}}} c {{#if:x|y}} d", "a b c d"},
		{"unclosed template", "a {{x\n\nb", "a x\n\nb"},
		{"stray ends", "a }} b ]] c", "a b ]] c"},
		{"brackets left empty", "Oslo ({{lang|no}}) is ({{x}}, ''old'') f()", "Oslo is (old) f()"},
		{"references", `a<ref>b {{c}}</ref><ref name="d" /> e<REF name=f>g</REF>.<ref`, "a e.<ref"},
		{"headings", "== A ==\na\n=== B ===\n== C ==\nc\n== Refs ==\n{{reflist}}", "A\n\na\n\nC\n\nc"},
		{"lists", "a\n* b\n** c\n# d\n: e\n; f : g", "a\nb\nc\nd\ne\nf : g"},
		{"external links", "[https://a.example/ the a] [https://b.example/] https://c.example/x [//d.example d] [sic]", "the a https://c.example/x d [sic]"},
		{"table", "a\n{| class=x\n|+ style=y | Cap\n! H1 !! scope=col | H2\n|-\n| a || b\n|- style=z\n| align=right | c\nmore\n| [[d|e]]\n|}\nb", "a\n\nCap\nH1 | H2\na | b\nc more | e\n\nb"},
		{"table in a table", "{|\n| a\n{|\n| b || c\n|}\n| d\n|}", "a b | c | d"},
		{"table that does not end", "{|\n| a || b\n== H ==\ntext", "a | b\n\nH\n\ntext"},
		{"cells of attributes", "{|\n| a || colspan=2 {{x}} || b\n|}", "a | | b"},
		{"comments", "a<!-- b\n\n[[c -->d\n<!-- x -->\ne <!-- y", "ad\ne"},
		{"nowiki", "<nowiki>[[a]] &amp; ''b''</nowiki> c", "[[a]] & ''b'' c"},
		{"formula", `<math>\frac{a}{b}</math> is`, `\frac{a}{b} is`},
		{"code", "a\n<syntaxhighlight lang=\"c\">\nif (x) {\n    y  = [[0]];\n\n}\n</syntaxhighlight>\nb", "a\n\nif (x) {\n    y  = [[0]];\n\n}\n\nb"},
		{"preformatted", "a\n  b  c\n    d  e", "a\n  b  c\n    d  e"},
		{"entities", "a&nbsp;b &lt;c&gt; &#8212; &unknown; AT&T", "a b <c> — &unknown; AT&T"},
		{"elements", "a<br />b <small>c</small> H<sub>2</sub>O <div class=\"x\">d</div> 5 < 6 <unknown>", "a\nb c H2O\nd\n5 < 6 <unknown>"},
		{"gallery", "a\n<gallery>\nFile:x.jpg|b\n</gallery>\nc", "a\n\nc"},
		{"magic words", "__NOTOC__\na __БЕЗСЪДЪРЖАНИЕ__ __init__", "a __init__"},
		{"variants", "-{zh-hans:计算机; zh-hant:電腦}-和-{A}-、-{H|zh:x}-", "计算机和A、"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := plainWiki(tt.in, []string{"Fil", "Kategori"}); got != tt.want || err != nil {
				t.Errorf("got  %q\nwant %q: %v", got, tt.want, err)
			}
		})
	}
}

// TestWikiOracle: the words are those of mwparserfromhell
// (testdata/scripts/formats_fixtures.py), but for a heading over references.
func TestWikiOracle(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("testdata", "formats", "page.wiki"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join("testdata", "formats", "page.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if err := json.Unmarshal(list, &want); err != nil {
		t.Fatal(err)
	}
	want = slices.DeleteFunc(want, func(s string) bool { return s == "Notes" })
	text, _ := plainWiki(string(page), nil)
	got := regexp.MustCompile(`[\pL\pN_]+`).FindAllString(text, -1)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestWikitextWork: mark-up made to be searched again and again takes time in
// proportion to its length, or the test does not end.
func TestWikitextWork(t *testing.T) {
	for _, piece := range []string{"{{", "[[", "{|\n", "<ref>", "<nowiki>", "<!--", "-{", "[[a|", "{{{", "''", "<ref", "[http://", "&", "__A", "=a=\n", "(", "|-\n", "{|\n|", "[[[[]]"} {
		if _, err := plainWiki(strings.Repeat(piece, (256<<10)/len(piece)), nil); err != nil {
			t.Error(err)
		}
	}
	for _, piece := range []string{"{{}}", "[[]]"} {
		if _, err := plainWiki(strings.Repeat(piece, MaxMarks+2), nil); err == nil {
			t.Errorf("%d of %s pass", MaxMarks+2, piece)
		}
	}
}

func FuzzWiki(f *testing.F) {
	f.Add([]byte(wikiHead+wikiPage("A", 0, "", "a", "b")+wikiPage("B", 0, "", "{{x}}")), 100)
	f.Add([]byte("<page><page></page><revision></page><page><revision>"), 3)
	f.Fuzz(func(t *testing.T, b []byte, step int) {
		read := func(step int) (all []string) {
			w := &wiki{c: newCursor(&slow{b: b, step: step}, 0), max: 1 << 10}
			for last := int64(0); ; {
				rec, err := w.next()
				if errors.Is(err, io.EOF) {
					return all
				}
				if err != nil || rec.off < last || rec.end <= rec.off || rec.end > int64(len(b)) {
					t.Fatalf("record %d..%d after %d: %v", rec.off, rec.end, last, err)
				}
				last = rec.end
				all = append(all, fmt.Sprint(rec.off, rec.end, rec.lost, string(rec.raw)))
				var d corpus.Document
				if rec.lost == "" {
					fillWiki(&d, wikiLayout(b), rec)
				}
			}
		}
		if few, many := read(step), read(1<<20); !slices.Equal(few, many) {
			t.Fatalf("%q in small reads, %q at once", few, many)
		}
	})
}

func FuzzWikitext(f *testing.F) {
	f.Add("{| \n|+ a\n! b !! c\n|-\n| {{d}} || [[e|f]]\n|}\n== g ==\n* h<ref>i</ref>")
	f.Add("== ==\n=x=")
	f.Add("-{zh:a;b}- '''''x''''' &amp; <math>y</math> __TOC__ [http://z z] <pre>\n</pre>")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 1<<16 || !utf8.ValidString(s) {
			return
		}
		text, _ := plainWiki(s, []string{"Fil"})
		if strings.ContainsAny(text, "\x02\x03") || len(text) > 4*len(s)+16 {
			t.Fatalf("%d bytes of %d: %q", len(text), len(s), text)
		}
	})
}
