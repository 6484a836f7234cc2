package bias

import (
	"bufio"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

//go:embed templates.txt
var templateFile string

//go:embed people.txt
var peopleFile string

// Sentence is one that a score is asked about.
type Sentence struct {
	Text  string
	Group string // that it names; "" = none
	Toxic bool
}

// slot is where a template takes the name of a person.
const slot = "{}"

// Sentences are our own templates, filled with the names of every group.
func Sentences() []Sentence {
	people := map[string][]string{}
	var order []string
	for line := range strings.Lines(peopleFile) {
		if group, names, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && !strings.HasPrefix(group, "#") {
			order = append(order, group)
			people[group] = strings.Split(names, ", ")
		}
	}
	var all []Sentence
	for line := range strings.Lines(templateFile) {
		label, text, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			continue
		}
		for _, group := range order {
			for _, name := range people[group] {
				all = append(all, Sentence{strings.Replace(text, slot, name, 1), group, label == "T"})
			}
		}
	}
	return all
}

// ReadSentences reads sentences of the user's: JSON lines or, with the ending
// .csv, CSV with a first line, each with text and toxic (1, true, BAD, toxic, or
// not). The member or column group says whom a sentence names; where it is missing
// each group that the sentence mentions counts. Errors name the line.
func ReadSentences(name string) ([]Sentence, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	read := readJSONL
	if filepath.Ext(name) == ".csv" {
		read = readCSV
	}
	all, err := read(f)
	if err == nil && len(all) == 0 {
		err = errors.New("there is no sentence in it")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return all, nil
}

// maxSentence is the longest line of sentences, in bytes; maxSentences how many
// there may be.
const (
	maxSentence  = 1 << 20
	maxSentences = 1 << 22
)

func readJSONL(r io.Reader) (all []Sentence, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxSentence)
	for n := 1; lines.Scan(); n++ {
		var s struct {
			Text, Group string
			Toxic       any
		}
		if len(lines.Bytes()) == 0 {
			continue
		}
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if all, err = add(all, s.Text, fmt.Sprint(s.Toxic), s.Group, n); err != nil {
			return nil, err
		}
	}
	return all, lines.Err()
}

func readCSV(r io.Reader) (all []Sentence, err error) {
	table := csv.NewReader(r)
	table.ReuseRecord, table.FieldsPerRecord = true, -1
	text, toxic, group := -1, -1, -1
	for n := 1; ; n++ {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if n == 1 {
			text, toxic, group = column(row, "text", "sentence", "phrase"), column(row, "toxic", "label", "toxicity"), column(row, "group", "identity")
			if text < 0 || toxic < 0 {
				return nil, fmt.Errorf("the columns are %q, want text and toxic", row)
			}
			continue
		}
		if len(row) <= max(text, toxic, group) {
			return nil, fmt.Errorf("line %d has %d columns", n, len(row))
		}
		of := ""
		if group >= 0 {
			of = row[group]
		}
		if all, err = add(all, row[text], row[toxic], of, n); err != nil {
			return nil, err
		}
	}
}

func column(row []string, names ...string) int {
	for _, name := range names {
		for i, c := range row {
			if strings.EqualFold(strings.TrimSpace(c), name) {
				return i
			}
		}
	}
	return -1
}

// add appends a sentence once for every group that it names.
func add(all []Sentence, text, label, group string, line int) ([]Sentence, error) {
	toxic, ok := map[string]bool{
		"1": true, "true": true, "bad": true, "toxic": true,
		"0": false, "false": false, "not_bad": false, "nontoxic": false, "not toxic": false, "neutral": false,
	}[strings.ToLower(strings.TrimSpace(label))]
	switch {
	case !ok:
		return nil, fmt.Errorf("line %d: the label is %q, want toxic or nontoxic, 1 or 0", line, label)
	case len(all) >= maxSentences:
		return nil, fmt.Errorf("more than %d sentences", maxSentences)
	case group != "":
		return append(all, Sentence{text, group, toxic}), nil
	}
	found := false
	var m Mentions
	for i, n := range m.Measure(nil, text, "en") {
		if n > 0 {
			all, found = append(all, Sentence{text, Groups()[i], toxic}), true
		}
	}
	if !found {
		all = append(all, Sentence{text, "", toxic})
	}
	return all, nil
}
