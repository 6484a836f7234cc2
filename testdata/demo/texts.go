package main

import (
	"embed"
	"html"
	"path"
	"strings"
	"unicode"
)

// article is one text of texts/: a line "# title", then a paragraph a line.
type article struct {
	title string
	lines []string
}

//go:embed texts/*.txt
var texts embed.FS

// articles reads the articles of texts/name.txt.
func articles(name string) []article {
	b, err := texts.ReadFile(path.Join("texts", name+".txt"))
	if err != nil {
		panic(err) // a file of this directory, compiled in
	}
	var all []article
	for _, s := range strings.Split(string(b), "# ")[1:] {
		lines := strings.Split(strings.TrimSpace(s), "\n")
		all = append(all, article{lines[0], lines[1:]})
	}
	return all
}

// html is the article on a page with the usual things around it.
func (a article) html(meta string) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html>\n<head>" + meta + "<title>" + html.EscapeString(a.title) + "</title></head>\n<body>\n")
	b.WriteString("<nav><ul><li><a href=\"/\">Home</a></li><li><a href=\"/news\">News</a></li><li><a href=\"/about\">About</a></li></ul></nav>\n")
	b.WriteString("<article>\n<h1>" + html.EscapeString(a.title) + "</h1>\n")
	for _, line := range a.lines {
		b.WriteString("<p>" + html.EscapeString(line) + "</p>\n")
	}
	b.WriteString("</article>\n<footer><a href=\"/terms\">Terms</a> <a href=\"/privacy\">Privacy</a></footer>\n</body>\n</html>\n")
	return b.String()
}

// nearCopy is the article with every twentieth Chinese character replaced.
func (a article) nearCopy() article {
	n := 0
	change := func(r rune) rune {
		if !unicode.Is(unicode.Han, r) {
			return r
		}
		if n++; n%20 == 0 {
			return '某'
		}
		return r
	}
	lines := make([]string, len(a.lines))
	for i, line := range a.lines {
		lines[i] = strings.Map(change, line)
	}
	return article{a.title, lines}
}
