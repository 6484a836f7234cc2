package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"corpus"
	"corpus/filter"
	"corpus/internal/term"
	"corpus/shards"
	"corpus/trainer"

	"github.com/urfave/cli/v2"
)

func (a *app) traceCommand() *cli.Command {
	return &cli.Command{
		Name: "trace", Usage: "say which documents' tokens a step of a training reads, row by row", ArgsUsage: "RUN STEP [ROW]",
		Description: "STEP counts from 1, ROW from 0. A range A–B is the tokens from A on, to before B: of the row as it was cut\n" +
			"from the documents, before mlm and span frame it and hide tokens, and of the document, whose end token is its\n" +
			"last. It is computed, so the run need not have come so far. `corpus why ID` tells more of a document.",
		Flags: commonFlags(
			&cli.StringFlag{Name: "in", Usage: "data `DIR` to read from (default: data in the workspace)"},
			&cli.BoolFlag{Name: "ids", Usage: "print in their place what the model reads and predicts, a row a line of JSON: ids of input and decoder, labels (-100: none)"},
		),
		Action: func(c *cli.Context) error {
			q, err := traceArguments(c.Args().Slice())
			if err != nil {
				return err
			}
			q.ids = c.Bool("ids")
			w, err := a.open(c)
			if err != nil {
				return err
			}
			return w.reading(func() error { return w.trace(c.Context, q) })
		},
	}
}

// traceQuery is what of a run is asked for.
type traceQuery struct {
	run  string
	step int64
	row  int // -1 = all
	ids  bool
}

func traceArguments(args []string) (q traceQuery, err error) {
	if len(args) != 2 && len(args) != 3 {
		return q, corpus.Errorf(corpus.Usage, "trace wants a run, a step and perhaps a row")
	}
	q = traceQuery{run: args[0], row: -1}
	if err := checkRunName(corpus.Usage, q.run); err != nil {
		return q, err
	}
	if q.step, err = strconv.ParseInt(args[1], 10, 64); err != nil {
		return q, corpus.Errorf(corpus.Usage, "%q is no number of a step", args[1])
	}
	if len(args) == 3 {
		if q.row, err = strconv.Atoi(args[2]); err != nil || q.row < 0 {
			return q, corpus.Errorf(corpus.Usage, "%q is no number of a row", args[2])
		}
	}
	return q, nil
}

func (w *workspace) trace(ctx context.Context, q traceQuery) error {
	info, err := trainer.ReadRun(w.fs, filepath.Join(w.dir, "runs", q.run))
	if errors.Is(err, fs.ErrNotExist) {
		return &corpus.Error{Class: corpus.NoInput, What: "there is no run " + q.run, Path: filepath.Join(w.dir, "runs", q.run), Offset: -1}
	}
	if err != nil {
		return err
	}
	reads, err := info.Reads(q.step)
	if err != nil {
		return err
	}
	if q.row >= reads.Rows {
		return corpus.Errorf(corpus.Usage, "there is no row %d; a step of run %s has rows 0 to %d", q.row, q.run, reads.Rows-1)
	}
	silent := *w.app
	silent.quiet = true
	at := *w
	at.app = &silent
	data, err := at.openTokens(q.run, trainer.Job{Spec: reads.Phase.Spec, Special: info.Special, Config: info.Config}, reads.Phase.Data)
	if err != nil {
		return err
	}
	if q.ids {
		return errors.Join(w.tellIDs(q, info, reads, data), data.Close())
	}
	list, err := w.traced(ctx, q, info, reads, data)
	if err := errors.Join(err, data.Close()); err != nil {
		return err
	}
	return w.tellTrace(q, list)
}

// tracedRow is a row as the model reads it. What is missing is not there: all of the
// input is seen, documents are not kept apart, there is no decoder.
type tracedRow struct {
	Type      string  `json:"type"`
	Row       int     `json:"row"`
	Input     []int32 `json:"input"`
	Seen      *int    `json:"seen,omitempty"` // so many of the input; the rest is padding
	Documents []int32 `json:"documents,omitempty"`
	Decoder   []int32 `json:"decoder,omitempty"`
	Labels    []int32 `json:"labels"`
}

// tellIDs makes the batch of the step once more.
func (w *workspace) tellIDs(q traceQuery, info *trainer.RunInfo, reads trainer.Reads, data *trainer.Data) error {
	if reads.Phase.Spec.Wordy() { // which run.json leaves out
		tok, err := w.folderTokenizer(filepath.Join(w.dir, "runs", q.run))
		if err != nil {
			return err
		}
		info.Special.Pieces = pieces(tok)
	}
	set, err := info.Training(reads.Phase, data.Train)
	if err != nil {
		return err
	}
	b, err := set.Batch(reads.At, reads.Rows)
	if err != nil {
		return err
	}
	for i := range reads.Rows {
		if q.row >= 0 && i != q.row {
			continue
		}
		if err := printJSON(w.out, rowOf(b, i)); err != nil {
			return err
		}
	}
	return nil
}

// rowOf is a row of a batch.
func rowOf(b trainer.Batch, i int) tracedRow {
	of := func(ids []int32, cols int) []int32 {
		if ids == nil {
			return nil
		}
		return ids[i*cols:][:cols]
	}
	r := tracedRow{
		Type: "row", Row: i, Input: of(b.Input, b.Cols), Documents: of(b.Documents, b.Cols),
		Decoder: of(b.Decoder, b.DecCols), Labels: of(b.Labels, cmp.Or(b.DecCols, b.Cols)),
	}
	if b.Mask != nil {
		n := bytes.Count(b.Mask[i*b.Cols:][:b.Cols], []byte{1})
		r.Seen = &n
	}
	return r
}

// tracedPart is tokens of a document in a row. Ranges are from a first token on to
// before a last.
type tracedPart struct {
	Type     string   `json:"type"`
	Row      int      `json:"row"`
	InRow    [2]int64 `json:"in_row"`
	Mix      string   `json:"mix"` // name of the source, "all" where none are mixed
	Epoch    uint64   `json:"epoch"`
	ID       string   `json:"id"`
	URL      string   `json:"url"`
	Source   string   `json:"source"`
	Lang     string   `json:"lang"`
	Part     int      `json:"part"`
	InText   [2]int64 `json:"in_document"`
	Document int64    `json:"document_tokens"` // with the end token
}

// traced computes the rows, reads the names of their documents, and looks up their
// addresses.
func (w *workspace) traced(ctx context.Context, q traceQuery, info *trainer.RunInfo, reads trainer.Reads, data *trainer.Data) (list []*tracedPart, err error) {
	set, err := info.Training(reads.Phase, data.Train)
	if err != nil {
		return nil, err
	}
	for row := range reads.Rows {
		if q.row >= 0 && row != q.row {
			continue
		}
		if list, err = traceRow(list, set, row, reads.At+int64(row)); err != nil {
			return nil, err
		}
	}
	return list, w.addresses(ctx, list)
}

// traceRow appends what stands in a row.
func traceRow(list []*tracedPart, set *trainer.Dataset, row int, place int64) ([]*tracedPart, error) {
	t, err := set.Trace(place)
	if err != nil {
		return list, err
	}
	stream, ok := t.Tokens.(*shards.Stream)
	if !ok {
		return list, fmt.Errorf("source %s is not of shards", t.Name)
	}
	at := int64(0) // in the row
	for _, s := range t.Stretches {
		for d, err := range stream.Documents(s.At, s.N) {
			if err != nil {
				return list, err
			}
			from, to := max(s.At, d.At), min(s.At+s.N, d.At+d.Len)
			list = append(list, &tracedPart{
				Type: "tokens", Row: row, InRow: [2]int64{at, at + to - from}, Mix: t.Name, Epoch: t.Epoch,
				ID: d.ID, Source: d.Source, Lang: d.Lang, Part: d.Part, InText: [2]int64{from - d.At, to - d.At}, Document: d.Len,
			})
			at += to - from
		}
	}
	return list, nil
}

// maxAddressed is how many parts of what the filter kept are read for addresses,
// which shards do not have; a second each where they are full.
const maxAddressed = 64

// addresses looks up the URLs of documents in the parts of the filter that their
// shards were made of, where those are still there.
func (w *workspace) addresses(ctx context.Context, list []*tracedPart) error {
	kept, err := w.dataset("filter")
	if err != nil || !kept.Exists() {
		return err
	}
	wanted := map[int]map[string][]*tracedPart{}
	for _, t := range list {
		if wanted[t.Part] == nil {
			wanted[t.Part] = map[string][]*tracedPart{}
		}
		wanted[t.Part][t.ID] = append(wanted[t.Part][t.ID], t)
	}
	if len(wanted) > maxAddressed {
		fmt.Fprintf(w.err, "trace: no addresses are looked up in %d parts; ask for one row\n", len(wanted))
		return nil
	}
	for _, p := range kept.Parts() {
		if wanted[p.Number] == nil {
			continue
		}
		if err := partAddresses(ctx, kept, p, wanted[p.Number]); err != nil {
			return err
		}
	}
	return nil
}

func partAddresses(ctx context.Context, kept *shards.Dataset, p corpus.Part, wanted map[string][]*tracedPart) error {
	r, err := kept.Table(p, filter.RoleKept)
	if err != nil {
		return err
	}
	for row, err := range corpus.Rows(r) {
		if err = cmp.Or(err, context.Cause(ctx)); err != nil {
			return err
		}
		id := row.Columns[0].IDs[row.At].String()
		for _, t := range wanted[id] {
			t.URL = strings.Clone(row.Column("url").Strings[row.At])
		}
		if delete(wanted, id); len(wanted) == 0 {
			return nil
		}
	}
	return nil
}

func (w *workspace) tellTrace(q traceQuery, list []*tracedPart) error {
	tokens, row := int64(0), -1
	for _, t := range list {
		tokens += t.InRow[1] - t.InRow[0]
		if w.json {
			if err := printJSON(w.out, t); err != nil {
				return err
			}
			continue
		}
		if t.Row != row {
			row = t.Row
			fmt.Fprintf(w.out, "row %d, source %s, epoch %d\n", row, term.Clean(t.Mix), t.Epoch)
		}
		fmt.Fprintf(w.out, "  %d–%d  %s %s  tokens %d–%d of %d\n", t.InRow[0], t.InRow[1], t.ID,
			term.Clean(strings.TrimSpace(t.URL+" "+t.Source)), t.InText[0], t.InText[1], t.Document)
	}
	if !w.json {
		return nil
	}
	return printJSON(w.out, map[string]any{"type": "summary", "stage": "trace", "run": q.run, "step": q.step, "pieces": len(list), "tokens": tokens})
}
