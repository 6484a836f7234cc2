package langid

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

var detector = sync.OnceValue(New)

func TestDetect(t *testing.T) {
	for _, c := range []struct{ lang, text string }{
		{"", ""},
		{"", "12345 -- 67!"},
		{"en", "The committee will meet again on Thursday to discuss what should be done about the old bridge."},
		{"de", "Der Ausschuss trifft sich am Donnerstag wieder, um über die alte Brücke zu beraten."},
		{"fr", "Le comité se réunira de nouveau jeudi pour discuter de ce qu'il faut faire du vieux pont."},
		{"ru", "Комитет снова соберётся в четверг, чтобы обсудить, что делать со старым мостом."},
		{"zh", "委员会将于星期四再次开会，讨论如何处理那座旧桥。"},
		{"zh", "委員會將於星期四再次開會，討論如何處理那座舊橋。使用 Go 語言。"},
		{"zh", "委員會將於星期四再次開會，討論優の良品門前的那座舊橋。"}, // to lingua one Kana makes it Japanese
		{"ja", "委員会は木曜日に再び会合を開き、古い橋をどうするか話し合う。"},
		{"ko", "위원회는 목요일에 다시 모여 오래된 다리를 어떻게 할지 논의할 것이다."},
		{"th", "คณะกรรมการจะประชุมอีกครั้งในวันพฤหัสบดีเพื่อหารือเกี่ยวกับสะพานเก่า"},
		{"el", "Η επιτροπή θα συνεδριάσει ξανά την Πέμπτη για να συζητήσει για την παλιά γέφυρα."},
	} {
		lang, score := detector().Detect(c.text)
		if lang != c.lang {
			t.Errorf("%q: got %q (%v), want %q", c.text, lang, score, c.lang)
		}
		if score < 0 || score > 1 || (lang == "") != (score == 0) {
			t.Errorf("%q: score %v", c.text, score)
		}
	}
}

func TestDetectIsPure(t *testing.T) {
	text := strings.Repeat("Noch eine Zeile mit etwas Text und a few English words, пусть и русские. ", 40)
	lang, score := detector().Detect(text)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				if l, s := detector().Detect(text); l != lang || s != score {
					t.Errorf("got %s %v, then %s %v", lang, score, l, s)
				}
			}
		})
	}
	wg.Wait()
}

// TestLooksAreBounded: what is read of a text has a bound, and is of whole characters.
func TestLooksAreBounded(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("слово ", 50_000), strings.Repeat("漢字", 50_000),
		strings.Repeat("-", 1<<20), strings.Repeat("a", 1<<20), strings.Repeat("1 x ", 50_000),
	} {
		for _, how := range []look{glance, study} {
			r := newReading(detector().models)
			how.take(text, func(window string, n int) {
				if len(window) > how.scan || n != how.bytes || !utf8.RuneStart(window[0]) {
					t.Errorf("%.20q: a window of %d bytes", text, len(window))
				}
				r.read(window, n)
			})
			if r.letters > how.windows*how.bytes {
				t.Errorf("%.20q: %d letters were read", text, r.letters)
			}
		}
	}
}

func FuzzDetect(f *testing.F) {
	f.Add("", 1)
	f.Add("Ein Satz. 一句话。Aと漢字。", 200)
	f.Add("\xff\xfe", 300)
	f.Add("x\n\nОдно слово\n", 3000)
	f.Fuzz(func(t *testing.T, text string, n int) {
		text = strings.Repeat(text, max(0, n%500))
		lang, score, read := detector().Decide(text)
		if l, s := detector().Detect(text); l != lang || s != score {
			t.Fatalf("%s %v, then %s %v", lang, score, l, s)
		}
		if len(read) > len(text)+4 || len(read) > 4*study.scan+4 {
			t.Fatalf("read %d bytes of %d", len(read), len(text))
		}
		end := 0
		for _, p := range detector().Paragraphs(nil, text) {
			if p.Start != end || p.End <= p.Start {
				t.Fatalf("a paragraph from %d to %d follows one to %d", p.Start, p.End, end)
			}
			end = p.End
		}
		if end != len(text) {
			t.Fatalf("paragraphs end at %d of %d", end, len(text))
		}
	})
}

func BenchmarkParagraphs(b *testing.B) {
	text := strings.Repeat(german+english+"Tel. 12\n"+russian, 20)
	dst := detector().Paragraphs(nil, text)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		dst = detector().Paragraphs(dst[:0], text)
	}
}

// TestLanguages: the list has as many as New promises, each once.
func TestLanguages(t *testing.T) {
	all := Languages()
	if len(all) != 81 || !slices.IsSorted(all) {
		t.Errorf("%d languages: %v", len(all), all)
	}
	for _, l := range []string{"en", "zh", "ja", "th", "my"} {
		if !slices.Contains(all, l) {
			t.Errorf("no %s among %v", l, all)
		}
	}
}
