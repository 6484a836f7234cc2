package main

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"corpus/filter/linear"
	"corpus/filter/toxic"
)

// source is a labelled set and what it weighs in the whole, a text.
type source struct {
	name   string
	weight float64
	held   float64
	read   func(string) ([]linear.Example, error)
}

// sources are what the model is trained on. Of Davidson's and Surge's sets and of
// the plain texts one half is held out (see toxic.HeldOut).
var sources = []source{
	{"toxicity/davidson-2017.csv.gz", 6, 0.2, davidson},
	{"toxicity/surge-2021.csv.gz", 64, 0.5, surge},
	{"langid/en.txt.gz", 4, 0.5, sentences},
	{"extraction/ground-truth.json", 2, 0.5, articles},
	{"pii/presidio-synth-v2.json.gz", 1, 0.5, synthetic},
	{"extraction/html", 1, 0.5, pages},
}

// examples reads all sources and makes the sentences of our templates.
func examples(data string) ([]linear.Example, error) {
	var all []linear.Example
	for _, s := range sources {
		set, err := s.read(filepath.Join(data, s.name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		for _, e := range set {
			if e.Weight = s.weight; !toxic.HeldOut(e.Text, s.held) {
				all = append(all, e)
			}
		}
	}
	return append(all, written(vocabularyOf(all))...), nil
}

func davidson(path string) ([]linear.Example, error) {
	return table(path, 6, func(row []string) bool { return row[5] != "2" })
}

func surge(path string) ([]linear.Example, error) {
	return table(path, 0, func(row []string) bool { return row[1] == "Toxic" })
}

// table reads a CSV file with a header.
func table(path string, text int, toxic func([]string) bool) ([]linear.Example, error) {
	raw, err := unzip(path)
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(strings.NewReader(raw)).ReadAll()
	if err != nil {
		return nil, err
	}
	var all []linear.Example
	for _, row := range rows[1:] {
		all = append(all, linear.Example{Text: row[text], Label: toxic(row)})
	}
	return all, nil
}

// sentences are the lines of plain prose from the web.
func sentences(path string) ([]linear.Example, error) {
	raw, err := unzip(path)
	return plain(strings.Split(raw, "\n")), err
}

// articles are the paragraphs of news articles, by page.
func articles(path string) ([]linear.Example, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var pages map[string]struct{ ArticleBody string }
	if err := json.Unmarshal(raw, &pages); err != nil {
		return nil, err
	}
	var all []string
	for _, p := range pages {
		all = append(all, strings.Split(p.ArticleBody, "\n")...)
	}
	slices.Sort(all)
	return plain(all), nil
}

// synthetic are letters and notes made from templates.
func synthetic(path string) ([]linear.Example, error) {
	raw, err := unzip(path)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Text string `json:"full_text"`
	}
	if err := json.Unmarshal([]byte(raw), &rows); err != nil {
		return nil, err
	}
	var all []string
	for _, r := range rows {
		all = append(all, r.Text)
	}
	return plain(all), nil
}

// pages are pieces of 1 kB of pages as they came, markup and scripts: text that is
// no prose.
func pages(folder string) ([]linear.Example, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.gz"))
	if err != nil || len(files) == 0 {
		return nil, cmp.Or(err, os.ErrNotExist)
	}
	var all []string
	for _, f := range files {
		raw, err := unzip(f)
		if err != nil {
			return nil, err
		}
		for piece := range slices.Chunk([]byte(raw), 1024) {
			all = append(all, strings.ToValidUTF8(string(piece), ""))
		}
	}
	return plain(all), nil
}

func plain(texts []string) (all []linear.Example) {
	for _, text := range texts {
		if strings.TrimSpace(text) != "" {
			all = append(all, linear.Example{Text: text})
		}
	}
	return all
}

func unzip(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(z)
	return string(raw), err
}
