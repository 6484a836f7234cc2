package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"corpus"
	"corpus/internal/term"
	"corpus/shards"
	"corpus/shards/export"
	"corpus/trainer"

	"github.com/urfave/cli/v2"
)

func (a *app) exportCommand() *cli.Command {
	return &cli.Command{
		Name: "export", Usage: "write the token shards for other trainers: Megatron's .bin and .idx, MosaicML's MDS, nanotron's .ds", ArgsUsage: "DIR",
		Description: "DIR, which is empty, not there yet or an older export, gets train and valid, each document followed by\n" +
			"the end token, the tokenizer, and last export.json, which tells what is there. Formats:\n" +
			"  megatron   train/tokens.bin and .idx; for Megatron-LM --data-path DIR/train/tokens\n" +
			"  mds        train/shard.NNNNN.mds and index.json; StreamingDataset(local=DIR, split='train'): id, lang, source, tokens\n" +
			"  nanotron   train/tokens.ds, .ds.index and .ds.metadata, as datatrove writes them\n" +
			"data/shards/train itself opens with datasets.load_from_disk, and its files in any Arrow reader.",
		Flags: commonFlags(
			&cli.StringFlag{Name: "format", Usage: "`FORMAT`: " + strings.Join(export.Formats(), ", ")},
			&cli.StringFlag{Name: "in", Usage: "data `DIR` to read from (default: data in the workspace)"},
		),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return corpus.Errorf(corpus.Usage, "export wants one directory")
			}
			if err := export.CheckFormat(c.String("format")); err != nil {
				return err
			}
			w, err := a.open(c)
			if err != nil {
				return err
			}
			dir, err := filepath.Abs(c.Args().First())
			if err != nil {
				return err
			}
			return w.reading(func() error { return w.export(c.Context, dir, c.String("format")) })
		},
	}
}

// export writes the shards into a directory.
func (w *workspace) export(ctx context.Context, dir, format string) error {
	set, err := w.input("shards")
	if err != nil {
		return err
	}
	j, err := w.exportJob(set)
	if err != nil {
		return err
	}
	p, done := term.NewProgress(w.err), int64(0)
	j.Dir, j.Format = dir, format
	j.Room = func(need int64) error { return w.roomIn(dir, "export", "export may write", need) }
	if !w.quiet {
		j.Progress = func(split string, n int64) {
			done += n
			p.Update("export %s: %s tokens", split, term.Count(done))
		}
	}
	r, upToDate, err := export.Run(ctx, j)
	p.Done()
	if err != nil {
		return err
	}
	return w.exported(dir, r, upToDate)
}

// exportJob reads the tokenizer, which must be the one that made the shards.
func (w *workspace) exportJob(set *shards.Dataset) (j export.Job, err error) {
	b, tok, err := w.tokenizer()
	if err == nil {
		err = set.MadeWith(b)
	}
	if err != nil {
		return j, err
	}
	special := specialIDs(tok)
	if special.EOS < 0 {
		return j, corpus.Errorf(corpus.BadConfig, "the tokenizer has no token that ends a text, which every document of an export is followed by")
	}
	return export.Job{
		FS: w.fs, Set: set, Vocab: tok.Size(), EOS: uint32(special.EOS), Holder: holder(),
		Files: map[string][]byte{trainer.TokenizerFile: b, configFile: tok.ConfigJSON(unbounded), specialsFile: tok.SpecialTokensMapJSON()},
	}, nil
}

// unbounded is what transformers writes for a tokenizer without a longest text
// (tokenization_utils_base.py, VERY_LARGE_INTEGER), as far as an int goes.
const unbounded = 1 << 62

func (w *workspace) exported(dir string, r *export.Record, upToDate bool) error {
	sum := exportSummaryLine{Type: "summary", Stage: "export", Format: r.Format, UpToDate: upToDate, Files: len(r.Files), Splits: r.Splits}
	for _, f := range r.Files {
		sum.Bytes += f.Size
	}
	if w.json {
		return printJSON(w.out, sum)
	}
	if w.quiet {
		return nil
	}
	if upToDate {
		fmt.Fprintln(w.err, "export: up to date")
		return nil
	}
	train, valid := r.Splits["train"], r.Splits["valid"]
	fmt.Fprintf(w.err, "export: %s in %s to train on, %s in %s held out, end tokens included; %s (%s) in %s\n",
		plural(train.Tokens, "token"), plural(train.Docs, "document"), plural(valid.Tokens, "token"), plural(valid.Docs, "document"),
		plural(sum.Files, "file"), term.Bytes(sum.Bytes), dir)
	return nil
}

// exportSummaryLine is the last line of --json.
type exportSummaryLine struct {
	Type     string                 `json:"type"`
	Stage    string                 `json:"stage"`
	Format   string                 `json:"format"`
	UpToDate bool                   `json:"up_to_date"`
	Files    int                    `json:"files"`
	Bytes    int64                  `json:"bytes"`
	Splits   map[string]export.Size `json:"splits"`
}
