package ingest

import (
	"strings"
	"testing"
)

// more are languages beside those of prose.
var more = map[string]string{
	"en": "Plain text without any marks, which every one of the sets can write just as it stands here, and that is all there is to say.",
	"ar": "القاهرة هي عاصمة جمهورية مصر العربية وأكبر مدنها، وهي من أقدم المدن في العالم ويزورها كثير من الناس كل عام",
	"he": "ירושלים היא עיר הבירה של מדינת ישראל והעיר הגדולה ביותר בה, והיא אחת הערים העתיקות בעולם שיש בהן אנשים רבים",
	"th": "กรุงเทพมหานครเป็นเมืองหลวงและนครที่มีประชากรมากที่สุดของประเทศไทย เป็นศูนย์กลางการปกครองและการศึกษา",
	"tr": "İstanbul, Türkiye'nin en kalabalık şehridir. Boğaz'ın iki yakasında güzel köşkler, çarşılar ve ışıklı sokaklar vardır, çok ağaç da.",
	"vi": "Viê\u0323t Nam la\u0300 mô\u0323t quô\u0301c gia nă\u0300m ơ\u0309 phi\u0301a đông ba\u0301n đa\u0309o Đông Dương, thu\u0309 đô la\u0300 Ha\u0300 Nô\u0323i.",
	"uk": "Київ є столицею України та найбільшим містом країни. Щороку сюди приїжджає багато гостей, яких тут щиро вітають.",
	"lt": "Vilnius yra Lietuvos sostinė. Šiame mieste žmonės gyvena ąžuolų pavėsyje, čia daug gražių bažnyčių, ūkių ir įdomių vietų.",
	"eo": "La ĉefurbo estas granda. Ĉiuj homoj naskiĝas liberaj kaj egalaj laŭ digno kaj rajtoj, kaj ili ĝoje ŝatas la ĵurnalon kaj la ĥoron.",
	"cy": "Mae'r tŷ yn agos at y dŵr, ac mae'r ŵyl yn dechrau bob blwyddyn yn y gwanwyn. Croeso i bawb sy'n hoffi canu a dawnsio gyda'i gilydd.",
	"is": "Reykjavík er höfuðborg Íslands. Þar býr meira en þriðjungur þjóðarinnar við sæinn, og á veturna sést oft norðurljósadýrð á himni.",
	"ro": "Bucureşti este capitala României. Oraşul are multe grădini, străzi liniştite şi clădiri vechi, iar oamenii îşi petrec serile în aer liber.",
	"Ro": "București este capitala României. Orașul are multe grădini, străzi liniștite și clădiri vechi, iar oamenii își petrec serile în aer liber.",
}

// TestDeclaredCharsets has every set of the Encoding Standard and the usual other
// names: text comes back when header or meta declare it, and, but for those that
// are marked, when nothing does: the detector does not know those, or they differ
// from a likelier set in few letters.
func TestDeclaredCharsets(t *testing.T) {
	sets := []struct {
		charset, lang string
		alike         bool // is not told by its bytes alone
	}{
		{"utf-8", "zh", false},
		{"us-ascii", "en", false},
		{"ibm866", "ru", true},
		{"iso-8859-1", "fr", false},
		{"iso-8859-2", "pl", false},
		{"iso-8859-3", "eo", true},
		{"iso-8859-4", "lt", true},
		{"iso-8859-5", "ru", false},
		{"iso-8859-6", "ar", false},
		{"iso-8859-7", "el", false},
		{"iso-8859-8", "he", false},
		{"iso-8859-8-i", "he", false},
		{"iso-8859-9", "tr", false},
		{"iso-8859-10", "is", false},
		{"iso-8859-13", "lt", true},
		{"iso-8859-14", "cy", true},
		{"iso-8859-15", "fr", false},
		{"iso-8859-16", "Ro", true},
		{"koi8-r", "ru", false},
		{"koi8-u", "uk", true},
		{"macintosh", "fr", true},
		{"x-mac-cyrillic", "ru", true},
		{"windows-874", "th", true},
		{"tis-620", "th", true},
		{"windows-1250", "pl", false},
		{"windows-1251", "ru", false},
		{"windows-1252", "de", false},
		{"windows-1253", "el", false},
		{"windows-1254", "tr", false},
		{"windows-1255", "he", false},
		{"windows-1256", "ar", false},
		{"windows-1257", "lt", true},
		{"windows-1258", "vi", true},
		{"gbk", "zh", false},
		{"gb2312", "zh", false},
		{"gb18030", "zh", false},
		{"big5", "tw", false},
		{"euc-jp", "ja", false},
		{"shift_jis", "ja", false},
		{"iso-2022-jp", "ja", false},
		{"euc-kr", "ko", false},
		{"utf-16le", "ru", true},
		{"utf-16be", "ru", true},
	}
	if len(sets) < 40 {
		t.Fatalf("%d sets, want 40", len(sets))
	}
	for _, s := range sets {
		text := strings.ReplaceAll(prose[s.lang]+more[s.lang], " —", ",")
		page := func(head string) []byte {
			return []byte(encodeAs(t, s.charset, "<html><head>"+head+"<title>"+text+"</title></head><body><p>"+text+"</p></body></html>"))
		}
		forms := []struct {
			name, contentType string
			page              []byte
			skip              bool
		}{
			{"header", "text/html; charset=" + s.charset, page(""), false},
			{"meta", "text/html", page(`<meta charset="` + s.charset + `">`), strings.HasPrefix(s.charset, "utf-16")},
			{"nothing", "", page(""), s.alike},
		}
		for _, f := range forms {
			p, l := Config{}.extract(f.page, f.contentType)
			if got := p.title == text && p.text == text && l == nil; got == f.skip {
				t.Errorf("%s declared by %s: read well %v, want %v: %v, %q", s.charset, f.name, got, !f.skip, l, p.text)
			}
			if !f.skip && mojibake(p.text) {
				t.Errorf("%s declared by %s: taken for mojibake", s.charset, f.name)
			}
		}
	}
}
