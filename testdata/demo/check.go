package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// document is a line of `corpus cat` or `corpus why --json`.
type document struct {
	ID, URL, Source, Lang, Text string
	Filter                      *struct {
		Keep   bool
		Failed []struct{ Rule string }
	}
}

// failed lists the rules that the document failed.
func (d document) failed() []string {
	var rules []string
	for _, f := range d.Filter.Failed {
		rules = append(rules, f.Rule)
	}
	return rules
}

// eligible says whether no rule but the budget dropped the document.
func (d document) eligible() bool {
	rules := d.failed()
	return len(rules) == 0 || len(rules) == 1 && rules[0] == "keep.budget"
}

// documents are those that `corpus cat` prints.
func (d *demo) documents(args ...string) ([]document, error) {
	out, err := d.query(append([]string{"cat"}, args...)...)
	return decode[document](out, err)
}

// decode reads JSON lines.
func decode[T any](b []byte, err error) ([]T, error) {
	var all []T
	for line := range bytes.Lines(b) {
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			return nil, fmt.Errorf("%w in %q", err, line)
		}
		all = append(all, v)
	}
	return all, err
}

// checkWeb compares what ingest lost of the WARC with the damage done to it.
func (d *demo) checkWeb() error {
	out, err := d.query("status", "--lost")
	all, err := decode[struct{ Source, Reason string }](out, err)
	if err != nil {
		return err
	}
	lost := map[string]int{}
	for _, l := range all {
		if l.Source == "pages.warc.gz" {
			lost[l.Reason]++
		}
	}
	return d.check(maps.Equal(lost, damage), "of the WARC ingest lost what is broken, and only that: %v", lost)
}

// checkFunnel holds the kept bytes against the budget.
func (d *demo) checkFunnel() error {
	out, err := d.query("status", "--json")
	all, err := decode[struct {
		Stage  string
		Counts map[string]int64
	}](out, err)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.Stage != "filter" {
			continue
		}
		c := s.Counts
		budget := c["budget_bytes"]
		if err := d.check(budget > 0 && c["eligible_bytes"] >= 2*budget,
			"the budget binds: %d bytes passed every rule, at least twice the budget of %d", c["eligible_bytes"], budget); err != nil {
			return err
		}
		return d.check(c["bytes_out"] <= budget && c["bytes_out"] > budget*9/10, "what is kept fills the budget: %d bytes", c["bytes_out"])
	}
	return fmt.Errorf("corpus status --json tells nothing of filter")
}

// checkChinese looks at the Chinese pages: all in their three character sets
// are read, nine in ten of the good ones pass the rules, the others do not.
func (d *demo) checkChinese() error {
	pages := map[string]document{}
	for _, args := range [][]string{{"filter", "--lang", "zh", "--attrs"}, {"filter", "--lang", "zh", "--dropped"}} {
		docs, err := d.documents(args...)
		if err != nil {
			return err
		}
		for _, p := range docs {
			pages[p.URL] = p
		}
	}
	want := append(articles("zh"), articles("zh-hant")...)
	whole, passed := 0, 0
	for url, p := range pages {
		if strings.HasPrefix(url, goodChinese) && p.eligible() {
			passed++
		}
	}
	for _, a := range want {
		if slices.ContainsFunc(slices.Collect(maps.Values(pages)), func(p document) bool {
			return strings.HasPrefix(p.URL, goodChinese) && strings.Contains(p.Text, a.lines[0]) && strings.Contains(p.Text, a.lines[1])
		}) {
			whole++
		}
	}
	if err := d.check(whole == len(want), "%d of %d good Chinese pages in GBK, Big5 and UTF-8 came through with every character", whole, len(want)); err != nil {
		return err
	}
	if err := d.check(10*passed >= 9*len(want), "%d of %d good Chinese pages pass every rule", passed, len(want)); err != nil {
		return err
	}
	for _, c := range []struct{ url, rule string }{{copyChinese, "dedup.near"}, {toxicChinese, "toxicity."}, {emptyChinese, "repetition."}} {
		if err := d.dropped(pages[c.url], c.url, c.rule); err != nil {
			return err
		}
	}
	return nil
}

// dropped checks that rules of the family, and of no other, dropped a document;
// what repeats itself may fail Gopher's quality rules too.
func (d *demo) dropped(p document, name, family string) error {
	if p.Filter == nil {
		return fmt.Errorf("%s is not among the documents", name)
	}
	rules := p.failed()
	right, wrong := false, false
	for _, r := range rules {
		switch {
		case strings.HasPrefix(r, family):
			right = true
		case family == "repetition." && strings.HasPrefix(r, "gopher."):
		default:
			wrong = true
		}
	}
	what := strings.Join(rules, ", ")
	if len(rules) > 3 {
		what = fmt.Sprintf("%s, %s and %d more", rules[0], rules[1], len(rules)-2)
	}
	return d.check(right && !wrong && !p.Filter.Keep, "%s is dropped by %s", name, what)
}

// why shows what became of a document, without the measures, and checks that
// it was dropped by rules of the family.
func (d *demo) why(what, family string) error {
	out, err := d.query("why", what, "--json")
	docs, err := decode[document](out, err)
	if err != nil {
		return err
	}
	text, err := d.query("why", what)
	if err != nil {
		return err
	}
	fmt.Printf("\n$ corpus why %s | grep -v ' = '\n", what)
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(line, " = ") {
			fmt.Print(line)
		}
	}
	return d.dropped(docs[0], what, family)
}

// summary is the last line of a training.
var summary = regexp.MustCompile(`train (\w+): \d+ steps done, validation loss ([\d.]+).*unigram cross-entropy of the validation set is ([\d.]+)`)

// checkLosses holds the validation losses against what a model would reach that
// knows only how often each token occurs.
func (d *demo) checkLosses(out string) error {
	runs := summary.FindAllStringSubmatch(out, -1)
	if len(runs) != 3 {
		return fmt.Errorf("%d trainings print their losses, want 3", len(runs))
	}
	for _, r := range runs {
		loss, err := strconv.ParseFloat(r[2], 64)
		if err != nil {
			return err
		}
		unigram, err := strconv.ParseFloat(r[3], 64)
		if err != nil {
			return err
		}
		if err := d.check(loss < unigram, "the validation loss of %s, %.3f, is below the unigram cross-entropy, %.3f", r[1], loss, unigram); err != nil {
			return err
		}
	}
	return nil
}
