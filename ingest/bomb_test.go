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
		{"frames", strings.Repeat("<template><table><svg>", 150) + "x", NoText, ""},
	}
	for _, tt := range tests {
		start := time.Now()
		p, l := Config{}.extract([]byte("<!doctype html><body>"+tt.page), "text/html")
		t.Logf("%s: %v", tt.name, time.Since(start).Round(time.Millisecond))
		reason := ""
		if l != nil {
			reason = l.reason
		}
		if reason != tt.reason || !strings.Contains(p.text, tt.has) {
			t.Errorf("%s: reason %q, want %q; text of %d bytes: %.80q", tt.name, reason, tt.reason, len(p.text), p.text)
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
