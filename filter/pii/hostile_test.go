package pii

import (
	"strings"
	"testing"
	"time"
)

// hostile are texts that make a careless search look at the same bytes again and again.
func hostile(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	return map[string]string{
		"digits": fill("7"), "at": fill("@"), "a@": fill("a@"), "colons": fill(":"), "lines": fill("\n"),
		"equals": fill("password="), "dashes": fill("-"), "begin": fill("-----BEGIN PRIVATE KEY-----"),
		"begin code": fill("-----BEGIN PRIVATE KEY-----" + strings.Repeat("Ab1", 9)), "eyJ": fill("eyJ"), "eyJ.": fill("eyJ."), "xoxb": fill("xoxb-"),
		"a.@": fill("a.b@c.d."), "1.": fill("1."), "1 ": fill("1 "), "1234567 ": fill("1234567 "), "12-": fill("12-"),
		"12 call": fill("call me at 12345 "), "::1": fill("::1"), "a:": fill("a:"), "1:": fill("1:"), "://": fill("://a:"), "://@": fill("x://a:b@"),
		"+": fill("+"), "(1": fill("(1"), "A": fill("A"), "AKIA": fill("AKIA "), "iban": fill("DE89 3704 "), "x1": fill("x1"), "_": fill("_"),
		"ghp": fill("ghp_"), "nul": fill("\x00"), "chinese": fill("电话1381234567 "), "accent": fill("e\u0301"), "quotes": fill(`password="`),
		"4111": fill("4111 "), "phone": fill("phone 1234567 "),
	}
}

// TestHostile: no text costs so much more a byte than prose that it matters. The worst
// goes at 10 MB/s; ten seconds a megabyte leave a busy machine room, while a search that
// is quadratic would take hours.
func TestHostile(t *testing.T) {
	f := finder(t)
	for name, text := range hostile(1 << 20) {
		start := time.Now()
		edits := f.Append(nil, text)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: %d bytes took %v", name, len(text), took)
		} else if testing.Verbose() {
			t.Logf("%-12s %6.0f MB/s, %d edits", name, float64(len(text))/1e6/took.Seconds(), len(edits))
		}
	}
}

// TestLong is a word of 50 MB.
func TestLong(t *testing.T) {
	f := finder(t)
	for _, s := range []string{"7", "a", "a@"} {
		if n := len(f.Append(nil, strings.Repeat(s, 50<<20/len(s)))); n != 0 {
			t.Errorf("%q: %d edits", s, n)
		}
	}
}

// TestManyFound: beyond maxFound spans there are no more edits, and nothing is left.
func TestManyFound(t *testing.T) {
	f, mail := finder(t), "a@b.co "
	for _, n := range []int{maxFound - 1, maxFound, maxFound + 9} {
		edits := f.Append(nil, strings.Repeat(mail, n))
		if len(edits) != min(n, maxFound) {
			t.Errorf("%d addresses: %d edits", n, len(edits))
		}
		if end := edits[len(edits)-1].End; n > maxFound && end != n*len(mail) {
			t.Errorf("%d addresses: the last edit ends at %d of %d", n, end, n*len(mail))
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	f := finder(b)
	prose := strings.Repeat("The committee met again on 12 March 1998, and after a long debate it was agreed (by a narrow majority) that "+
		"nothing could be done before the summer: the roads were closed, Mrs. Allen's letters had not arrived, and the Admiral — as always — "+
		"was at sea. Jane said so herself.\n", 4000)
	b.SetBytes(int64(len(prose)))
	b.ReportAllocs()
	for b.Loop() {
		f.Append(nil, prose)
	}
}
