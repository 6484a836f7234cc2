package filter

import (
	"os"
	"slices"
	"strings"
	"testing"

	"corpus"
)

// chinesePages are the pages of testdata/zh.txt and what each is.
func chinesePages(t *testing.T) (docs []corpus.Document, kinds []string) {
	t.Helper()
	raw, err := os.ReadFile("testdata/zh.txt")
	if err != nil {
		t.Fatal(err)
	}
	for i, page := range strings.Split(string(raw), "%% ")[1:] {
		kind, text, _ := strings.Cut(page, "\n")
		kinds, docs = append(kinds, kind), append(docs, document(i, "zh", text))
	}
	return docs, kinds
}

// TestChinese: at least 90 % of good pages pass, a toxic page and a page of
// boilerplate are dropped for the right reason. The pages of testdata/zh.txt were
// written for this test.
func TestChinese(t *testing.T) {
	docs, kinds := chinesePages(t)
	w := newWorld(docs, 1, 2)
	w.run(t, Stage(Config{Langs: []string{"zh"}}))
	good, passed := 0, 0
	reason := func(prefix string) func(string) bool {
		return func(rule string) bool { return strings.HasPrefix(rule, prefix) }
	}
	for i, rules := range w.table(roleVerdict, 0).Columns[1].Lists {
		switch kinds[i] {
		case "good":
			if good++; len(rules) == 0 {
				passed++
			} else {
				t.Logf("%.30s… fails %v", docs[i].Text, rules)
			}
		case "toxic":
			if !slices.Equal(rules, []string{"toxicity.share"}) {
				t.Errorf("the toxic page fails %v", rules)
			}
		case "boilerplate":
			if !slices.ContainsFunc(rules, reason("repetition.dup_line")) || slices.ContainsFunc(rules, reason("toxicity")) {
				t.Errorf("the page of boilerplate fails %v", rules)
			}
		}
	}
	if good < 20 || passed < good*9/10 {
		t.Errorf("%d of %d good pages pass", passed, good)
	}
	t.Logf("%d of %d good pages pass", passed, good)
	if w.counts["not_applied.gopher.min_mean_word_length"] != int64(len(docs)) || w.counts["not_applied.gopher.stop_words"] != 0 {
		t.Errorf("counts %v", w.counts)
	}
}
