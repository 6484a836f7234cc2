package ingest

import (
	"strings"
	"testing"
)

func TestExtract(t *testing.T) {
	long := strings.Repeat("A sentence of the article that goes on for a while. ", 8)
	linked := `<script type="application/ld+json">{"@type":"NewsArticle","headline":"H one","alternativeHeadline":"H two","articleBody":"` + long + `","x":{"articleBody":"another"}}</script>`
	tests := []struct{ name, page, title, text string }{
		{
			"paragraphs and lists", "<title>The title</title><article><h1>Head</h1><p>" + long + "</p><ul><li>one<li>two</ul><p>Line<br>break &amp; more.</p></article>",
			"Head", "Head\n\n" + strings.TrimSpace(long) + "\n\n- one\n- two\n\nLine\nbreak & more.",
		},
		{
			"boilerplate goes", "<title>T</title><nav><a href=/>Home</a><a href=/x>News</a></nav><article><p>" + long + "</p><p>" + long + "</p></article><footer>Copyright</footer>",
			"T", strings.TrimSpace(long) + "\n\n" + strings.TrimSpace(long),
		},
		{"short page", "<title>T</title><p>One.</p><p>Two.</p>", "T", "One.\n\nTwo."},
		{"no paragraphs", "<title>T</title>Just text.", "T", "Just text."},
		{
			"spaces around links", "<article><p>" + long + "</p><p>See <a href=x>the page</a>, or (<b>not</b>) <i>that</i> one.</p></article>",
			"", strings.TrimSpace(long) + "\n\nSee the page, or (not) that one.",
		},
		{
			"Chinese is not parted", "<article><p>" + strings.Repeat("北京是中国的首都。", 40) + "</p><p>这<b>座</b>城市<a href=x>很大</a>。</p></article>",
			"", strings.Repeat("北京是中国的首都。", 40) + "\n\n这座城市很大。",
		},
		{"linked data", "<title>Page</title>" + linked + "<body><div>nothing</div>", "Page", strings.TrimSpace(long)},
		{"scripts are not text", "<script>var x = '<p>no</p>'</script><style>p{}</style><p>Text.</p>", "", "Text."},
		{
			"a body in parts", "<div class=article__body><p>" + long + "</p></div><aside>An advertisement</aside><div class=article__body><p>" + long + "</p><p>The end.</p></div>",
			"", strings.TrimSpace(long) + "\n\n" + strings.TrimSpace(long) + "\n\nThe end.",
		},
		{
			"links to elsewhere", "<article><p>" + long + "</p><p><a href=x>Read more about it</a></p><ul><li><a href=x>A list</a></li><li>of words</li></ul><p>" + long +
				"</p><ul><li><a href=x>Another story</a></li><li><a href=y>One more</a></li></ul></article>",
			"", strings.TrimSpace(long) + "\n\n- A list\n- of words\n\n" + strings.TrimSpace(long),
		},
		{"lines of pre", "<pre>a\n  b</pre>", "", "a\n  b"},
	}
	for _, tt := range tests {
		p, l := Config{}.extract([]byte("<!doctype html><html>"+tt.page), "")
		if l != nil || p.title != tt.title || strings.TrimSpace(p.text) != tt.text {
			t.Errorf("%s: %v, title %q, want %q\ntext %q\nwant %q", tt.name, l, p.title, tt.title, p.text, tt.text)
		}
	}
}

func TestVisible(t *testing.T) {
	p := visible([]byte("<title>A &amp; B</title><script>no</script><p>one\n <b>two</b>three<p>four<br>five<svg><text>no</text></svg><select><option>no</select><td>x<td>y"))
	if p.title != "A & B" || p.text != "one twothree\n\nfour\nfive\nx y" {
		t.Errorf("title %q, text %q", p.title, p.text)
	}
}

func TestAuthor(t *testing.T) {
	text := "<article><h1>Head</h1><p>" + strings.Repeat("A sentence of the article that goes on for a while. ", 8) + "</p></article>"
	for _, how := range []string{ExtractTrafilatura, ExtractFast} {
		for _, head := range []string{"", "<meta name=generator content=DocBook>"} {
			p, l := Config{Extract: how}.extract([]byte(`<html><meta name="author" content="Ada Lovelace">`+head+"<title>T</title><body>"+text), "")
			if l != nil || p.author != "Ada Lovelace" {
				t.Errorf("%s %s: %v, %q", how, head, l, p.author)
			}
		}
	}
}

// TestExtractIsPure: a page gives the same text and title every time, in every
// way of reading it.
func TestExtractIsPure(t *testing.T) {
	pages := newsPages(t)[:60]
	for _, how := range []string{ExtractTrafilatura, ExtractFast, ExtractRaw} {
		for i, b := range pages {
			first, _ := Config{Extract: how}.extract(b, "")
			for range 2 {
				if again, _ := (Config{Extract: how}).extract(b, ""); again != first {
					t.Errorf("%s: page %d is %q, then %q", how, i, first.title, again.title)
				}
			}
		}
	}
}
