package ingest

import (
	"errors"
	"fmt"

	"codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
)

// readable is the main content by go-readability (F1 0.952 in two thirds of the time
// of trafilatura, on the article-extraction-benchmark). It changes the tree. A
// panic inside is an error.
func readable(doc *html.Node) (p page, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("extraction failed: %v", v)
		}
	}()
	links := leads(doc)
	parser := readability.NewParser()
	parser.DisableJSONLD = true // it would decode titles, in the order of Go's maps
	a, err := parser.ParseAndMutate(doc, nil)
	if err != nil {
		return page{}, err
	}
	if a.Node == nil {
		return page{}, errors.New("no content")
	}
	unlink(a.Node, links)
	var w layout
	w.node(a.Node)
	return page{a.Title(), a.Byline(), w.String()}, nil
}
