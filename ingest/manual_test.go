package ingest

import (
	"strings"
	"testing"
)

// TestManual has a page for each way in which documentation was damaged when it
// was taken for an article.
func TestManual(t *testing.T) {
	const (
		docbook = `<meta name="generator" content="DocBook XSL Stylesheets Vsnapshot">`
		heading = `<h1>Array bisection<a class="headerlink" href="#x">¶</a></h1>`
	)
	tests := []struct{ name, page, text string }{
		{
			"highlighted code keeps its white space",
			`<div role="main">` + heading + `<div class="highlight"><pre><span></span><span class="k">def</span> <span class="nf">f</span><span>(</span>x<span>):</span>` + "\n" +
				`    <span class="k">return</span> <span>x</span><span class="w">  </span><span># &lt;x&gt;</span>` + "\n\n\t<span>pass</span>\n" + `</pre></div><p>Text.</p></div>`,
			"Array bisection\n\ndef f(x):\n    return x  # <x>\n\n\tpass\n\nText.",
		},
		{
			"navigation goes, and contents",
			docbook + `<body><div class="navheader"><table><tr><td><a href="a">Prev</a></td><th>Chapter 2</th></tr></table></div><div class="sect1"><h2>2.1. Hardware</h2>` +
				`<div class="toc"><p><b>Table of Contents</b></p><dl><dt><a href="x">A section of the chapter</a></dt></dl></div><p>Debian runs.</p></div><div class="navfooter"><a href="b">Next</a></div>`,
			"2.1. Hardware\n\nDebian runs.",
		},
		{
			"sidebars of Sphinx go, asides of text stay",
			`<div class="related" role="navigation"><a href="a">next</a></div><div class="sphinxsidebar"><nav><a href="/">Page</a></nav></div>` +
				`<div class="body" role="main">` + heading + `<aside class="sidebar"><p>See also the other manual.</p></aside><p>Words of the page.</p></div>` + strings.Repeat("<p>outside</p>", 90),
			"",
		},
		{
			"rows of a table", docbook + `<body><table><thead><tr><th>Name</th><th>Meaning</th></tr></thead><tbody><tr><td><p>bit_length ( <code>text</code> )</p><p>Number of bits.</p></td><td>8</td></tr>` +
				`<tr><td></td><td>empty first</td></tr><tr><td>rest</td><td> </td></tr></tbody></table>`,
			"Name | Meaning\nbit_length ( text ) Number of bits. | 8\n | empty first\nrest",
		},
		{
			"code in a table keeps its lines", docbook + "<body><table><tr><td><pre>a\n b</pre></td><td>c</td></tr></table>", "a\n b\n\nc",
		},
		{
			"nested lists", docbook + `<body><ul><li><p>one</p></li><li><p>two</p><ol start="3"><li>three</li><li>four</li></ol></li><li><p>five</p><p>six</p></li></ul>`,
			"- one\n- two\n  3. three\n  4. four\n\n- five\n\nsix",
		},
		{
			"definitions", docbook + `<body><dl><dt>term</dt><dd><p>Its meaning.</p></dd><dt>other</dt><dd>Another.</dd></dl>`, "term\nIts meaning.\nother\nAnother.",
		},
		{
			"line numbers", docbook + `<body><table class="highlighttable"><tr><td class="linenos"><pre>1` + "\n2" + `</pre></td><td class="code"><pre>x = 1` + "\ny = 2</pre></td></tr></table>", "x = 1\ny = 2",
		},
		{"no-break spaces part words", docbook + "<body><p><b>a</b>&nbsp;b <i>c</i>&nbsp;</p>", "a b c"},
	}
	tests[2].text = "Array bisection\n\nSee also the other manual.\n\nWords of the page."
	for _, tt := range tests {
		p, l := Config{}.extract([]byte("<!doctype html><html><title>T</title>"+tt.page), "")
		if got, _ := clean(p.text); l != nil || got != tt.text {
			t.Errorf("%s: %v\ntext %q\nwant %q", tt.name, l, got, tt.text)
		}
	}
}

// TestManualByCode: a page that no generator signs, found by its lines of code
// and where its text is.
func TestManualByCode(t *testing.T) {
	words := strings.Repeat("Some words about the code that stands below. ", 10)
	p, l := Config{}.extract([]byte(`<html><title>T</title><body><div class="menu"><a href="/">Home</a></div><div id="wrap"><div class="left"><a href=x>x</a></div><div class="post"><p>`+
		words+"</p><pre>if x:\n    y()</pre><p>End.</p></div></div>"), "")
	if want := strings.TrimSpace(words) + "\n\nif x:\n    y()\n\nEnd."; l != nil || p.text != want {
		t.Errorf("%v, %q, want %q", l, p.text, want)
	}
}
