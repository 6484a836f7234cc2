package main

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"corpus"
	"corpus/internal/engine"
	"corpus/internal/term"
)

// summaryLine is the last line of a stage's --json.
type summaryLine struct {
	Type         string           `json:"type"`
	Stage        string           `json:"stage"`
	UpToDate     bool             `json:"up_to_date"`
	DocsIn       int64            `json:"docs_in"`
	DocsOut      int64            `json:"docs_out"`
	BytesIn      int64            `json:"bytes_in"`
	BytesOut     int64            `json:"bytes_out"`
	Dropped      map[string]int64 `json:"dropped"`
	Units        int64            `json:"units"`
	UnitsResumed int64            `json:"units_resumed"`
	Seconds      float64          `json:"seconds"`
	Counts       corpus.Counts    `json:"counts"`
}

func (a *app) summary(s engine.Summary) error {
	if a.json {
		c := s.Counts
		line := summaryLine{
			"summary", s.Stage, s.UpToDate, cmp.Or(c["docs_in"], c["records"]), c["docs_out"], c["bytes_in"], c["bytes_out"],
			withPrefix(c, "dropped."), s.Units, s.UnitsResumed, s.Seconds, c,
		}
		return printJSON(a.out, line)
	}
	if a.quiet {
		return nil
	}
	if s.UpToDate {
		fmt.Fprintf(a.err, "%s: up to date\n", s.Stage)
		return nil
	}
	line := describe(s.Stage, s.Counts)
	if s.UnitsResumed > 0 {
		line += fmt.Sprintf("; %d of %d units were done before", s.UnitsResumed, s.Units)
	}
	fmt.Fprintf(a.err, "%s: %s; %s\n", s.Stage, line, term.Duration(time.Duration(s.Seconds*float64(time.Second))))
	return nil
}

// describe is a stage's counts in a line.
func describe(stage string, c corpus.Counts) string {
	switch stage {
	case "ingest":
		line := fmt.Sprintf("%s (%s of text) out of %s%s", plural(c["docs_out"], "document"), term.Bytes(c["bytes_out"]),
			plural(c["records"], "record"), topOf(c, "lost.", "; lost"))
		if n := c["mojibake"]; n > 0 {
			line += fmt.Sprintf("; %s of mojibake, UTF-8 that was read as windows-1252", plural(n, "document"))
		}
		return line
	case "tokenize":
		line := fmt.Sprintf("vocabulary of %s from %s of text", term.Count(c["vocab"]), term.Bytes(c["bytes_in"]))
		if _, trained := c["sampled_to"]; !trained {
			line = fmt.Sprintf("vocabulary of %s, which was given; %s of text", term.Count(c["vocab"]), term.Bytes(c["bytes_in"]))
		}
		if c["short_of_vocab"] > 0 {
			line += fmt.Sprintf(", %s fewer than asked for: the text has no more that comes twice", term.Count(c["short_of_vocab"]))
		}
		if c["uncovered"] > 0 {
			line += fmt.Sprintf("; %s got no token of their own", plural(c["uncovered"], "rare character"))
		}
		if c["sampled_to"] > 1 {
			line += fmt.Sprintf("; words seen less than %s times were sampled to stay within memory", term.Count(c["sampled_to"]))
		}
		if c["unknown"] > 0 {
			line += fmt.Sprintf("; %s of the tokens are unknown", term.Percent(c["unknown"], c["tokens"]))
		}
		if n := c["specials_in_text"]; n > 0 {
			line += fmt.Sprintf("; %s spelled out in the text", plural(n, "special token"))
		}
		return line
	case "shards":
		line := fmt.Sprintf("%s in %s", plural(c["train.tokens"], "token"), plural(c["train.docs"], "document"))
		if c["valid.tokens"] == 0 {
			return line + repeats(c) + ", none held out"
		}
		return line + repeats(c) + fmt.Sprintf(", %s held out; %s of the held-out 13-word sequences occur in train", plural(c["valid.tokens"], "token"),
			term.Percent(c["overlap.in_train"], c["overlap.valid_13words"]))
	default:
		return fmt.Sprintf("%s in, %s out (%s of the bytes)%s", plural(c["docs_in"], "document"), term.Count(c["docs_out"]),
			term.Percent(c["bytes_out"], c["bytes_in"]), topOf(c, "dropped.", "; dropped most")) + spared(c) + substrings(c) + promotions(c)
	}
}

// substrings says what dedup cuts out of documents that stay.
func substrings(c corpus.Counts) string {
	if c["substring.docs"] == 0 {
		return ""
	}
	return fmt.Sprintf("; repeats in %s, %s in all", plural(c["substring.docs"], "document"), term.Bytes(c["substring.bytes"]))
}

// promotions says how many documents stand in the place of others.
func promotions(c corpus.Counts) string {
	if n := c["promoted.docs"]; n > 0 {
		return fmt.Sprintf("; %s promoted", term.Count(n))
	}
	return ""
}

// repeats says how many of the rows to train on are there again.
func repeats(c corpus.Counts) string {
	if n := c["rehydrated.docs"]; n > 0 {
		return fmt.Sprintf(" (%s of them repeats)", term.Count(n))
	}
	return ""
}

// withPrefix are the counts under a prefix, without it.
func withPrefix(c corpus.Counts, prefix string) map[string]int64 {
	m := map[string]int64{}
	for k, n := range c {
		if rest, ok := strings.CutPrefix(k, prefix); ok {
			m[rest] = n
		}
	}
	return m
}

// topOf lists the three largest counts under a prefix.
func topOf(c corpus.Counts, prefix, title string) string {
	m := withPrefix(c, prefix)
	names := largest(m)
	if len(names) == 0 {
		return ""
	}
	var parts []string
	for _, k := range names[:min(3, len(names))] {
		parts = append(parts, k+" "+term.Count(m[k]))
	}
	return title + ": " + strings.Join(parts, ", ")
}

// largest are the names by descending count, then by name.
func largest(m map[string]int64) []string {
	var names []string
	for k, n := range m {
		if n > 0 {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	sort.SliceStable(names, func(i, j int) bool { return m[names[i]] > m[names[j]] })
	return names
}

// plural is n things.
func plural[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return term.Count(int64(n)) + " " + thing + "s"
}
