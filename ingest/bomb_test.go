package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestHostilePages: pages made to be slow or deep give text or a reason. The
// time is printed, not judged: the budget counts nodes and bytes.
func TestHostilePages(t *testing.T) {
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	tests := []struct{ name, page, reason, has string }{
		{"nesting", strings.Repeat("<div>", 600) + "deep text", "", "deep text"},
		{"nesting of inline", strings.Repeat("<b><i>", 600) + "deep text", "", "deep text"},
		{"most flat paragraphs", many(MaxNodes/4-10, "<p>par %d <a href=x>link</a>"), "", "par 77"},
		{"most spans", many(MaxNodes/2-10, "<span>s%d</span>"), "", "s77"},
		{"list items", many(MaxNodes/2-10, "<li>item %d"), "", "item 77"},
		{"table cells", "<table><tr>" + many(MaxNodes/2-10, "<td>c%d"), "", "c77"},
		{"line breaks", many(MaxNodes/2-10, "l%d<br>"), "", "l77"},
		{"too many nodes", many(MaxNodes, "<p>par %d"), Nodes, ""},
		{"attributes", "<p " + many(100_000, "a%d=b ") + ">text behind attributes</p>", "", "text behind"},
		{"entities", "<p>" + strings.Repeat("&amp;&lt;&#x41;", 100_000), "", "&<A"},
		{"one line", "<p>" + strings.Repeat("word ", 300_000), "", "word word"},
		{"no end of comment", "<p>text before</p><!--" + strings.Repeat("x", 1<<20), "", "text before"},
		{"no end of tag", "<p>text before</p><a " + strings.Repeat("x", 1<<20), "", "text before"},
		{"less-than signs", "<p>text before</p>" + strings.Repeat("<", 1<<20), Nodes, ""},
		{"size", strings.Repeat("x", MaxPage+1), TooLarge, ""},
		{"nested tables", strings.Repeat("<table><tr><td>x", 80) + "deep text" + strings.Repeat("<b></b>", 5000), "", "deep text"},
		{"nested lists", strings.Repeat("<ul><li>x", 120) + strings.Repeat("<li>y", 5000) + "deep text", "", "deep text"},
		{"nested contents", strings.Repeat("<div class='toc sidebar'>", 200) + "deep text " + many(4000, "<a href=x>%d</a> word "), "", "deep text"},
		{"code in code", strings.Repeat("<pre>", 400) + "a\nb " + strings.Repeat("deep text ", 100_000), "", "deep text"},
		{"rows", "<table>" + many(MaxNodes/5-10, "<tr><td>a%d<td>b"), "", "a77"},
		{"links in paragraphs", many(MaxNodes/4-10, "<div><a href=x>link %d</a>") + "<p>text", "", "link 77"},
		{"frames", strings.Repeat("<template><table><svg>", 150) + "x", NoText, ""},
	}
	ways := []struct{ name, extract, head string }{
		{"article", ExtractTrafilatura, ""},
		{"manual", ExtractTrafilatura, "<meta name=generator content=DocBook>"},
		{"code", ExtractTrafilatura, "<pre>a\nb</pre>"},
		{"fast", ExtractFast, ""},
		{"raw", ExtractRaw, ""},
	}
	for _, tt := range tests {
		for _, w := range ways {
			start := time.Now()
			p, l := Config{Extract: w.extract}.extract([]byte("<!doctype html>"+w.head+"<body>"+tt.page), "text/html")
			t.Logf("%s, %s: %v", tt.name, w.name, time.Since(start).Round(time.Millisecond))
			reason := ""
			if l != nil {
				reason = l.reason
			}
			if w.extract == ExtractRaw && tt.name == "too many nodes" || w.name == "code" && tt.reason == NoText {
				continue
			}
			if reason != tt.reason || !strings.Contains(p.text, tt.has) {
				t.Errorf("%s, %s: reason %q, want %q; text of %d bytes: %.80q", tt.name, w.name, reason, tt.reason, len(p.text), p.text)
			}
		}
	}
}

// TestBombs: small files that decode to much.
func TestBombs(t *testing.T) {
	long := strings.Repeat("a", RatioFloor+RatioFloor/8)
	zipped := members(long)
	coded := "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n\r\n"
	var numbers strings.Builder
	for i := 0; numbers.Len() <= MaxRecord; i++ {
		fmt.Fprintln(&numbers, i)
	}
	tests := []struct{ name, content, lost string }{
		{"text", zipped, TooLarge},
		{"text in zstd", frames(long), TooLarge},
		{"line", members(jsonLine("one") + long), Bomb},
		{"line in zstd", frames(jsonLine("one") + long), Bomb},
		{"line, plain", jsonLine("one") + long + "\n" + jsonLine("two"), TooLarge},
		{"record", members(warcPage("http://a/", "a"), "WARC/1.0\r\nContent-Length: 999999999\r\n\r\n") + zipped, Bomb},
		{"body", warcRecord("response", "http://b/", "application/http",
			coded+zipped), Bomb},
		{"large body", warcRecord("response", "http://b/", "application/http", coded+members(numbers.String())), TooLarge},
	}
	for _, tt := range tests {
		m := newMemory(1)
		m.run(t, Config{}, put(t, "x", tt.content))
		lost := m.lost()
		if !slices.ContainsFunc(lost, func(l lostRow) bool { return l.reason == tt.lost }) {
			t.Errorf("%s: lost %v, want %s", tt.name, lost, tt.lost)
		}
	}
}
