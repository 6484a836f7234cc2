package term

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestFormats(t *testing.T) {
	for got, want := range map[string]string{
		Count(0): "0", Count(999): "999", Count(1000): "1,000", Count(1204311): "1,204,311", Count(-1234): "-1,234",
		Bytes(412): "412 B", Bytes(3_200_000): "3.2 MB", Bytes(1_100_000_000): "1.1 GB",
		Percent(1, 8): "12.5 %", Percent(1, 0): "–",
		Duration(400 * time.Millisecond): "0.4 s", Duration(200 * time.Second): "3 min 20 s",
		Clean("a\x1b[31mb\n"): "a\uFFFD[31mb\n",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTableAligns(t *testing.T) {
	var b strings.Builder
	Table(&b, [][]string{{"lang", "docs"}, {"en", "1,200"}, {"中文", "3"}})
	if want := "lang   docs\nen    1,200\n中文        3\n"; b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestProgressWithoutTerminalIsSilentAtFirst(t *testing.T) {
	var b strings.Builder
	p := NewProgress(&b)
	p.Update("one")
	p.Done()
	if b.Len() > 0 {
		t.Errorf("wrote %q within the first minute", b.String())
	}
}

// TestProgressOnATerminal wants the first line at once, the next one only when
// it is time, and nothing left of them.
func TestProgressOnATerminal(t *testing.T) {
	var b strings.Builder
	p := &Progress{w: &b, live: true, every: time.Hour}
	p.Update("%d of %d", 1, 9)
	p.Update("%d of %d", 2, 9)
	if !regexp.MustCompile(`^\r\x1b\[K1 of 9, [0-9.]+ MB of memory$`).MatchString(b.String()) {
		t.Errorf("wrote %q", b.String())
	}
	p.every = 0
	p.Update("%d of %d", 3, 9)
	p.Done()
	p.Done()
	if _, last, _ := strings.Cut(b.String(), "memory"); !strings.HasPrefix(last, "\r\x1b[K3 of 9") || !strings.HasSuffix(last, "memory\r\x1b[K") {
		t.Errorf("then wrote %q", last)
	}
}
