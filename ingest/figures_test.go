package ingest

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// docs are the pages of a Debian package under /usr/share/doc, sorted.
func docs(t testing.TB, pkg, dir string) []string {
	t.Helper()
	root, err := filepath.EvalSymlinks(filepath.Join("/usr/share/doc", dir))
	if err != nil {
		t.Skipf("needs the Debian package %s", pkg)
	}
	var all []string
	filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".html") && d.Type().IsRegular() {
			all = append(all, path)
		}
		return nil
	})
	if len(all) == 0 {
		t.Skipf("needs the Debian package %s", pkg)
	}
	sort.Strings(all)
	return all
}

// drawn are n of the pages, by the hash of their base names; all if n is 0.
func drawn(pages []string, n int) []string {
	key := func(path string) string {
		return fmt.Sprintf("%x", sha256.Sum256([]byte(filepath.Base(path))))
	}
	slices.SortFunc(pages, func(a, b string) int { return strings.Compare(key(a)+a, key(b)+b) })
	if n > 0 {
		pages = pages[:min(n, len(pages))]
	}
	return pages
}

// truth is what a page of documentation should give: told from the mark-up of
// its generator, which the extractor is not told.
type truth struct {
	pres, paragraphs []string
	rows             [][]string // cells
	links            []string   // of navigation alone
}

// named says whether an element has one of the class names.
func named(n *html.Node, classes ...string) bool {
	for _, c := range strings.Fields(attr(n, "class")) {
		if slices.Contains(classes, c) {
			return true
		}
	}
	return false
}

// navigation says whether an element is navigation: in DocBook's pages
// "navheader", "navfooter" and contents; in Sphinx's all outside of role "main",
// and contents.
func navigation(n *html.Node) bool {
	return n.DataAtom == atom.Nav || named(n, "navheader", "navfooter", "toc", "list-of-tables", "list-of-figures", "list-of-examples") ||
		named(n, "toctree-wrapper", "related", "sphinxsidebar", "footer") || named(n, "contents") && named(n, "topic", "local")
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// plainText is the text of a node as the DOM has it, without Sphinx's permalinks.
func plainText(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		if named(n, "headerlink") {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return b.String()
}

func inElement(n *html.Node, atoms ...atom.Atom) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if slices.Contains(atoms, p.DataAtom) {
			return true
		}
	}
	return false
}

func truthOf(t testing.TB, b string) truth {
	doc, err := html.Parse(strings.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var tr truth
	main := doc
	for n := range doc.Descendants() {
		if attr(n, "role") == "main" {
			main = n
		}
	}
	var content strings.Builder
	var walk func(n *html.Node, in, nav bool)
	walk = func(n *html.Node, in, nav bool) {
		in, nav = in || n == main, nav || navigation(n)
		switch n.DataAtom {
		case atom.Head, atom.Script, atom.Style:
			return
		case atom.A:
			if text := flat(plainText(n)); (nav || !in) && text != "" {
				tr.links = append(tr.links, text)
			}
		}
		if in && !nav {
			tr.add(n)
		}
		if n.Type == html.TextNode && in && !nav {
			content.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, in, nav)
		}
	}
	walk(doc, false, false)
	have := flat(content.String())
	tr.links = slices.DeleteFunc(tr.links, func(s string) bool { return strings.Contains(have, s) })
	return tr
}

// add takes what an element of the main content is evidence of.
func (tr *truth) add(n *html.Node) {
	switch n.DataAtom {
	case atom.Pre:
		if s := strings.Trim(plainText(n), "\n"); strings.Contains(strings.TrimSpace(s), "\n") {
			tr.pres = append(tr.pres, s)
		}
	case atom.P:
		if s := flat(plainText(n)); s != "" && !inElement(n, atom.Table) {
			tr.paragraphs = append(tr.paragraphs, s)
		}
	case atom.Tr:
		var cells []string
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if s := flat(plainText(c)); s != "" {
				cells = append(cells, s)
			}
		}
		if len(cells) > 0 && !coded(n) {
			tr.rows = append(tr.rows, cells)
		}
	}
}

// coded says whether a row holds lines of code, which cannot stay in one line.
func coded(tr *html.Node) bool {
	for n := range tr.Descendants() {
		if n.DataAtom == atom.Pre && strings.Contains(strings.TrimSpace(plainText(n)), "\n") {
			return true
		}
	}
	return false
}

// tally counts what was asked for and found.
type tally struct {
	pages, pres, presFound, rows, rowsFound, paragraphs, paragraphsFound, navigation int
}

func ratio(a, b int) float64 { return float64(a) / float64(max(1, b)) }

// measure compares a page's text with its truth.
func (c *tally) measure(t testing.TB, path string) {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, l := Config{}.extract(b, "")
	if l != nil {
		t.Logf("%s: %v", path, l)
	}
	text, _ := clean(p.text)
	tr := truthOf(t, string(b))
	c.pages++
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = flat(lines[i])
	}
	all := strings.Join(strings.Fields(text), " ")
	for _, pre := range tr.pres {
		c.pres++
		if s, _ := clean(pre); strings.Contains(text, strings.TrimLeft(s, "\n")) {
			c.presFound++
		} else {
			t.Logf("%s: lines of code missing: %.200q", path, s)
		}
	}
	for _, cells := range tr.rows {
		c.rows++
		if slices.ContainsFunc(lines, func(line string) bool { return inOrder(line, cells) }) {
			c.rowsFound++
		} else {
			t.Logf("%s: row missing: %.200q", path, cells)
		}
	}
	for _, s := range tr.paragraphs {
		c.paragraphs++
		if strings.Contains(all, s) {
			c.paragraphsFound++
		} else {
			t.Logf("%s: paragraph missing: %.200q", path, s)
		}
	}
	for _, s := range tr.links {
		if slices.Contains(lines, s) || slices.Contains(lines, "- "+s) {
			c.navigation++
			t.Logf("%s: navigation: %q", path, s)
		}
	}
}

// inOrder says whether a line has the cells one after the other. The DOM's text
// has nothing between two paragraphs of a cell, so white space does not count.
func inOrder(line string, cells []string) bool {
	line = squeeze(line)
	for _, c := range cells {
		_, rest, ok := strings.Cut(line, squeeze(c))
		if !ok {
			return false
		}
		line = rest
	}
	return true
}

func (c tally) String() string {
	return fmt.Sprintf("%4d pages  pre %5d/%5d  rows %5d/%5d (%.4f)  paragraphs %6d/%6d (%.4f)  navigation %d",
		c.pages, c.presFound, c.pres, c.rowsFound, c.rows, ratio(c.rowsFound, c.rows),
		c.paragraphsFound, c.paragraphs, ratio(c.paragraphsFound, c.paragraphs), c.navigation)
}

// pagesMeasured is how many pages of each package are measured; FIGURES_ALL=1
// measures all.
func pagesMeasured(n int) int {
	if os.Getenv("FIGURES_ALL") != "" {
		return 0
	}
	return n
}

// TestDocumentation: lines of code come out byte for byte, rows of tables as one
// line with the cells in order, and no navigation, on 150 pages each of two
// manuals that Debian packages.
func TestDocumentation(t *testing.T) {
	for _, m := range []struct{ pkg, dir string }{
		{"python3-doc", "python3-doc/html"},
		{"postgresql-doc", "postgresql-doc-15/html"},
	} {
		t.Run(m.pkg, func(t *testing.T) {
			var c tally
			for _, path := range drawn(docs(t, m.pkg, m.dir), pagesMeasured(150)) {
				c.measure(t, path)
			}
			t.Logf("%s: %v", m.pkg, c)
			if c.pres == 0 || c.rows == 0 || c.presFound < c.pres || ratio(c.rowsFound, c.rows) < 0.99 ||
				ratio(c.paragraphsFound, c.paragraphs) < 0.98 || c.navigation > 0 {
				t.Errorf("%s: %v; want all lines of code, 0.99 of the rows, 0.98 of the paragraphs, no navigation", m.pkg, c)
			}
		})
	}
}

// TestInstallationGuide: the paragraphs of one manual in 20 languages and more.
func TestInstallationGuide(t *testing.T) {
	pages := docs(t, "installation-guide-amd64", "installation-guide-amd64")
	langs := map[string]*tally{}
	for _, path := range pages {
		lang := filepath.Base(filepath.Dir(path))
		if langs[lang] == nil {
			langs[lang] = &tally{}
		}
		langs[lang].measure(t, path)
	}
	for _, lang := range slices.Sorted(func(yield func(string) bool) {
		for lang := range langs {
			if !yield(lang) {
				return
			}
		}
	}) {
		c := langs[lang]
		t.Logf("%-5s %v", lang, c)
		if c.paragraphs < 1000 || ratio(c.paragraphsFound, c.paragraphs) < 0.98 {
			t.Errorf("%s: %v; want 0.98 of the paragraphs", lang, c)
		}
	}
	if len(langs) < 19 {
		t.Errorf("%d languages, want the 19 that Debian 12 translates", len(langs))
	}
}
