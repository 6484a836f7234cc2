package lingua

import (
	"strings"
	"testing"
)

func TestDetect(t *testing.T) {
	a := New()
	for _, c := range []struct{ lang, text string }{
		{"", ""},
		{"", "12345 -- 67!"},
		{"de", "Der Ausschuss trifft sich am Donnerstag wieder, um über die alte Brücke zu beraten."},
		{"uk", "Комітет знову збереться в четвер, щоб обговорити, що робити зі старим мостом."},
		{"zh", "委员会将于星期四再次开会，讨论如何处理那座旧桥。"},
		{"el", strings.Repeat("Η επιτροπή ", maxText/10)},
		{"", "\xff\xfe"},
	} {
		lang, score := a.Detect(c.text)
		if lang != c.lang || score < 0 || score > 1 || (lang == "") != (score == 0) {
			t.Errorf("%.40q: got %q (%v), want %q", c.text, lang, score, c.lang)
		}
	}
}

func TestCut(t *testing.T) {
	if got := cut(strings.Repeat("漢", maxText)); len(got) != maxText-maxText%3 {
		t.Errorf("%d bytes", len(got))
	}
}
