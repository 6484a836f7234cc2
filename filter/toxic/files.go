package toxic

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"corpus"
	"corpus/filter/linear"
)

// labelled reads labelled files.
type labelled struct {
	FileOptions
	all     []linear.Example
	skipped map[string]int
	bytes   int
}

// read reads the files in the order given; skipped counts what is no example.
func (o FileOptions) read(files []string, skipped map[string]int) ([]linear.Example, error) {
	l := labelled{FileOptions: o, skipped: skipped}
	for _, name := range files {
		if err := l.file(name); err != nil {
			return nil, &corpus.Error{
				Class: corpus.BadConfig, What: "cannot be learnt from", Path: name, Offset: -1, Err: err,
				Next: "name JSONL or CSV files with a text and a label in each record",
			}
		}
	}
	return l.all, nil
}

func (l *labelled) file(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	var r io.Reader = f
	plain, zipped := strings.CutSuffix(name, ".gz")
	if zipped {
		if r, err = gzip.NewReader(f); err != nil {
			return err
		}
	}
	switch {
	case strings.HasSuffix(plain, ".jsonl"):
		return l.lines(r)
	case strings.HasSuffix(plain, ".csv"):
		return l.table(r)
	}
	return errors.New("its name ends neither in .jsonl nor in .csv")
}

// lines reads JSON lines; a line that is none is skipped.
func (l *labelled) lines(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxRecord)
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var record map[string]json.RawMessage
		if json.Unmarshal(line, &record) != nil {
			l.skipped["not JSON"]++
			continue
		}
		var text string
		if json.Unmarshal(record[l.Text], &text) != nil {
			text = ""
		}
		label := string(record[l.Label])
		if _, err := strconv.Unquote(label); err == nil {
			_ = json.Unmarshal(record[l.Label], &label) // it is a string
		}
		if err := l.add(text, label); err != nil {
			return err
		}
	}
	return lines.Err()
}

// table reads CSV, whose first record names the columns.
func (l *labelled) table(r io.Reader) error {
	rows := csv.NewReader(io.LimitReader(r, maxLabelled+1))
	rows.ReuseRecord, rows.FieldsPerRecord = true, -1
	head, err := rows.Read()
	if err != nil {
		return fmt.Errorf("no first line that names columns: %w", err)
	}
	text, label := slices.Index(head, l.Text), slices.Index(head, l.Label)
	if text < 0 || label < 0 {
		return fmt.Errorf("its columns are %s, not %s and %s", strings.Join(head, ", "), l.Text, l.Label)
	}
	for {
		row, err := rows.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, csv.ErrQuote), errors.Is(err, csv.ErrBareQuote):
			l.skipped["not CSV"]++
			continue
		case err != nil:
			return err
		case len(row) <= max(text, label):
			l.skipped["too few columns"]++
			continue
		}
		if err := l.add(strings.Clone(row[text]), row[label]); err != nil {
			return err
		}
	}
}

// add takes in a record.
func (l *labelled) add(text, label string) error {
	toxic, known := l.isToxic(strings.TrimSpace(label))
	switch {
	case !utf8.ValidString(text):
		l.skipped["not UTF-8"]++
	case strings.TrimSpace(text) == "":
		l.skipped["no text"]++
	case !known:
		l.skipped["unknown label"]++
	default:
		if l.bytes += len(text); l.bytes > maxLabelled {
			return fmt.Errorf("all texts together have more than %d bytes", maxLabelled)
		}
		l.all = append(l.all, linear.Example{Text: text, Label: toxic})
	}
	return nil
}

// The labels that are known where none are named, in lower case.
var (
	toxicLabels = []string{"toxic", "true", "yes", "bad", "hate", "hateful", "offensive", "abusive", "insult"}
	otherLabels = []string{"not toxic", "nontoxic", "non-toxic", "not_toxic", "false", "no", "good", "not_bad", "neither", "none", "normal", "clean", "ok"}
)

// isToxic says what a label says, and whether it says anything. Without labels
// named, a number is a probability: 0.5 and more is toxic.
func (o FileOptions) isToxic(label string) (toxic, known bool) {
	if len(o.Toxic) > 0 {
		return slices.Contains(o.Toxic, label), label != ""
	}
	if p, err := strconv.ParseFloat(label, 64); err == nil {
		return p >= 0.5, p >= 0 && p <= 1
	}
	label = strings.ToLower(label)
	toxic = slices.Contains(toxicLabels, label)
	return toxic, toxic || slices.Contains(otherLabels, label)
}
