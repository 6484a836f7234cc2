package ingest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// prose is text of some length in the languages of the sets it is written in.
var prose = map[string]string{
	"zh": "北京是中华人民共和国的首都，也是全国的政治、文化和国际交往中心。这座城市有三千多年的历史，许多古老的建筑一直保存到今天。",
	"tw": "臺北市是中華民國的首都，也是臺灣的政治、文化、商業、娛樂與傳播中心。這座城市位於臺灣北部的盆地，四周與新北市接壤。",
	"ja": "東京は日本の首都であり、世界最大の都市圏を持っています。春には桜の花が咲き、多くの人々が公園に集まって楽しみます。",
	"ko": "서울은 대한민국의 수도이며 가장 큰 도시이다. 한강을 중심으로 발전하였고 오랜 역사를 가지고 있는 아름다운 도시이다.",
	"ru": "Москва — столица России, город федерального значения. Население города составляет более двенадцати миллионов человек.",
	"fr": "L'été dernier, nous avons visité le château où la reine a été élevée. Après le dîner, les élèves ont préféré rester à la fenêtre.",
	"de": "Die Bären können über größere Flüsse schwimmen. Außerdem fressen sie gerne Äpfel, Nüsse und süße Früchte, die überall wachsen.",
	"pl": "Zażółć gęślą jaźń. Wczoraj byliśmy na wycieczce w górach, gdzie świeciło słońce, a ścieżki były bardzo strome i piękne.",
	"el": "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας και μια από τις αρχαιότερες πόλεις του κόσμου με μεγάλη ιστορία.",
	"es": "El niño español comió una manzana mañana por la mañana. ¿Dónde está la habitación? La canción terminó en la estación.",
}

func encodeAs(t testing.TB, label, text string) string {
	t.Helper()
	e, err := htmlindex.Get(label)
	if err != nil {
		t.Fatal(err)
	}
	b, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCharset(t *testing.T) {
	tests := []struct{ lang, charset string }{
		{"zh", "gbk"},
		{"zh", "gb18030"},
		{"tw", "big5"},
		{"ja", "shift_jis"},
		{"ja", "euc-jp"},
		{"ko", "euc-kr"},
		{"ru", "windows-1251"},
		{"ru", "koi8-r"},
		{"fr", "iso-8859-1"},
		{"de", "windows-1252"},
		{"pl", "iso-8859-2"},
		{"el", "iso-8859-7"},
		{"es", "iso-8859-15"},
		{"zh", "utf-8"},
		{"fr", "utf-8"},
	}
	for _, tt := range tests {
		want := strings.ReplaceAll(prose[tt.lang], " —", ",")
		text := encodeAs(t, tt.charset, want)
		page := "<html><head>%s<title>" + text + "</title></head><body><p>" + text + "</p></body></html>"
		meta := `<meta http-equiv="Content-Type" content="text/html; charset=` + tt.charset + `">`
		forms := []struct{ name, page, contentType string }{
			{"header", strings.Replace(page, "%s", "", 1), "text/html; charset=" + tt.charset},
			{"meta", strings.Replace(page, "%s", meta, 1), "text/html"},
			{"meta charset", strings.Replace(page, "%s", `<meta charset='`+tt.charset+`'>`, 1), ""},
			{"header beats meta", strings.Replace(page, "%s", `<meta charset="x-user-defined">`, 1), `text/html;charset="` + tt.charset + `"`},
		}
		for _, f := range forms {
			p, l := Config{}.extract([]byte(f.page), f.contentType)
			if l != nil || p.text != want || p.title != want {
				t.Errorf("%s in %s by %s: %q, %q, %v", tt.lang, tt.charset, f.name, p.title, p.text, l)
			}
		}
	}
}

// TestDetection is for text that declares nothing, as plain text does.
func TestDetection(t *testing.T) {
	for _, tt := range []struct{ lang, charset string }{
		{"zh", "gbk"},
		{"tw", "big5"},
		{"ja", "shift_jis"},
		{"ja", "euc-jp"},
		{"ko", "euc-kr"},
		{"ru", "windows-1251"},
		{"ru", "koi8-r"},
		{"fr", "iso-8859-1"},
		{"de", "windows-1252"},
		{"pl", "iso-8859-2"},
		{"el", "iso-8859-7"},
	} {
		want := strings.ReplaceAll(prose[tt.lang], " —", ",")
		got := string(toUTF8([]byte(encodeAs(t, tt.charset, want)), ""))
		if got != want {
			t.Errorf("%s in %s: %q", tt.lang, tt.charset, got)
		}
	}
}

func TestDeclarationThatIsWrong(t *testing.T) {
	tests := []struct{ name, in, label, want string }{
		{"UTF-8 said to be Latin-1", "déjà vu", "iso-8859-1", "déjà vu"},
		{"Latin-1 said to be UTF-8", encodeAs(t, "iso-8859-1", prose["fr"]), "utf-8", prose["fr"]},
		{"GBK said to be UTF-8", encodeAs(t, "gbk", prose["zh"]), "utf-8", prose["zh"]},
		{"unknown set", "plain", "x-unknown", "plain"},
		{"damaged UTF-8", prose["fr"] + prose["ru"] + "\xff end", "utf-8", prose["fr"] + prose["ru"] + "\uFFFD end"},
		{"UTF-8 BOM beats the label", "\xef\xbb\xbfé", "iso-8859-1", "é"},
		{"UTF-16 without a mark", utf16("plain <b>text</b>")[2:], "utf-16", "plain <b>text</b>"},
		{"UTF-16BE without a mark", "\x00a\x00 \x00b", "UTF-16", "a b"},
		{"ASCII said to be UTF-16", "plain text", "utf-16le", "plain text"},
		{"Latin-1 said to be UTF-16", encodeAs(t, "iso-8859-1", prose["fr"]), "utf-16", prose["fr"]},
		{"ISO-2022-JP that says nothing", "\x1b$B$3$s\x1b(B", "", "こん"},
		{"ISO-2022-JP looks like ASCII", "\x1b$B$3$s\x1b(B", "iso-2022-jp", "こん"},
	}
	for _, tt := range tests {
		got, _ := clean(string(toUTF8([]byte(tt.in), tt.label)))
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestClean(t *testing.T) {
	tests := []struct {
		in, want string
		replaced int
	}{
		{"plain", "plain", 0},
		{"a\r\nb\rc\vd\fe\u0085f\u2028g", "a\nb\nc\nd\ne\nf\ng", 0},
		{"\ufeffa\x00b\x1bc\x7fd\u009fe", "abcde", 0},
		{"\n \n  indented\nb  \n\n", "  indented\nb", 0},
		{"a\xffb\xff\xffc", "a\uFFFDb\uFFFDc", 2},
		{"\xed\xa0\x80", "\uFFFD", 1}, // a surrogate
		{"\xc0\xaf", "\uFFFD", 1},     // overlong
		{" \u3000\u00a0 ", "", 0},
		{"a\r\x00\nb", "a\n\nb", 0},
	}
	for _, tt := range tests {
		got, n := clean(tt.in)
		if got != tt.want || n != tt.replaced {
			t.Errorf("%q: %q %d, want %q %d", tt.in, got, n, tt.want, tt.replaced)
		}
	}
}

// TestAllShortSequences: every sequence of one and two bytes gives valid UTF-8
// that is clean already.
func TestAllShortSequences(t *testing.T) {
	for i := range 256 + 65536 {
		b := []byte{byte(i)}
		if i >= 256 {
			b = []byte{byte((i - 256) >> 8), byte(i - 256)}
		}
		cleanIsDone(t, string(b))
	}
}

func cleanIsDone(t *testing.T, s string) {
	t.Helper()
	once, _ := clean(s)
	twice, n := clean(once)
	if !utf8.ValidString(once) || once != twice || n != 0 {
		t.Fatalf("%q: once %q, twice %q", s, once, twice)
	}
}

func FuzzCharset(f *testing.F) {
	f.Add([]byte("text"), "")
	f.Add([]byte("\xff\xfea\x00"), "utf-8")
	f.Add([]byte("\xd6\xd0\xb9\xfa"), "gbk")
	f.Add([]byte("\x1b$B$3"), "iso-2022-jp")
	f.Fuzz(func(t *testing.T, b []byte, label string) {
		text := toUTF8(b, label)
		if string(toUTF8(b, label)) != string(text) {
			t.Fatal("decoding is not a function of its input")
		}
		cleanIsDone(t, string(text))
	})
}
