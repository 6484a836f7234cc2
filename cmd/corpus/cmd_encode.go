package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"corpus"
	"corpus/internal/fsx"
	"corpus/internal/term"
	"corpus/tokenize"
	"corpus/tokenize/bulk"

	"github.com/urfave/cli/v2"
)

func (a *app) encodeCommand() *cli.Command {
	return &cli.Command{
		Name: "encode", Usage: "encode the texts of JSON lines with any tokenizer into files of token ids", ArgsUsage: "FILE.jsonl…",
		Description: "Needs no workspace. Of each FILE.jsonl (- is standard input) it writes two files that NumPy maps as they\n" +
			"are: FILE.bin has the ids of all documents end to end, little-endian, of two bytes where the vocabulary has\n" +
			"at most 65,536 ids, else of four; FILE.len the number of ids of each document, four bytes each. A line\n" +
			"without a text is a document without ids, so that numbers and lines stay side by side. Special tokens that\n" +
			"a text spells out are plain text.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "tokenizer", Usage: "`PATH` of a tokenizer.json, of a folder with one, or of one of tiktoken's files, such as cl100k_base.tiktoken"},
			&cli.StringFlag{Name: "out", Usage: "`DIR` to write to", Value: "."},
			&cli.StringFlag{Name: "field", Usage: "`NAME` of the member that has the text", Value: "text"},
			&cli.StringFlag{Name: "end", Usage: "special `TOKEN` to put behind each document, such as <|endoftext|>"},
			&cli.IntFlag{Name: "workers", Usage: "threads `N`; 0: all cores", EnvVars: []string{"CORPUS_WORKERS"}},
			&cli.BoolFlag{Name: "json", Usage: "write JSON lines to standard output; the last one is a summary", EnvVars: []string{"CORPUS_JSON"}},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "no summary", EnvVars: []string{"CORPUS_QUIET"}},
		},
		Action: func(c *cli.Context) error {
			a.json, a.quiet = c.Bool("json"), c.Bool("quiet")
			e, err := a.encoding(c)
			if err != nil {
				return err
			}
			return e.all(c.Context, c.Args().Slice())
		},
	}
}

// encoding is an invocation of corpus encode.
type encoding struct {
	*app
	tok     *tokenize.Tokenizer
	dir     string
	options bulk.Options
}

func (a *app) encoding(c *cli.Context) (*encoding, error) {
	e := &encoding{app: a, dir: c.String("out"), options: bulk.Options{Field: c.String("field"), Workers: c.Int("workers")}}
	switch {
	case c.String("tokenizer") == "":
		return nil, corpus.Errorf(corpus.Usage, "encode wants --tokenizer PATH")
	case c.NArg() == 0:
		return nil, corpus.Errorf(corpus.Usage, "encode wants files of JSON lines")
	case e.options.Workers < 0:
		return nil, corpus.Errorf(corpus.Usage, "--workers is %d, want 0 or more", e.options.Workers)
	case e.options.Workers == 0:
		e.options.Workers = runtime.GOMAXPROCS(0)
	}
	var err error
	if e.tok, err = openTokenizer(c.String("tokenizer")); err != nil {
		return nil, err
	}
	e.options.Wide = e.tok.Size() > bulk.MaxNarrow
	if end := c.String("end"); end != "" {
		id, ok := e.tok.Special(end)
		if !ok {
			return nil, corpus.Errorf(corpus.Usage, "--end %q is no special token of %s", end, c.String("tokenizer"))
		}
		e.options.End = &id
	}
	return e, nil
}

// openTokenizer reads a tokenizer.json, that of a folder, or a file of one of
// tiktoken's encodings, which its name tells.
func openTokenizer(path string) (*tokenize.Tokenizer, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "tokenizer.json")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &corpus.Error{Class: corpus.NoInput, What: "the tokenizer cannot be read", Path: path, Offset: -1, Err: err}
	}
	var t *tokenize.Tokenizer
	if name, ok := strings.CutSuffix(filepath.Base(path), ".tiktoken"); ok {
		enc, known := tokenize.EncodingOf(name)
		if !known {
			return nil, corpus.Errorf(corpus.Usage, "%s: tiktoken has no encoding %q whose words are known, only %s", path, name, strings.Join(tokenize.Encodings(), ", "))
		}
		t, err = tokenize.ReadTiktoken(data, enc)
	} else {
		t, err = tokenize.Read(data)
	}
	if err != nil {
		return nil, &corpus.Error{Class: corpus.Corrupt, What: "the tokenizer cannot be used", Path: path, Offset: -1, Err: err}
	}
	return t, nil
}

// all encodes files one by one.
func (e *encoding) all(ctx context.Context, files []string) error {
	names := map[string]string{}
	for _, f := range files {
		if other, ok := names[e.name(f)]; ok {
			return corpus.Errorf(corpus.Usage, "%s and %s would both be written to %s.bin", other, f, e.name(f))
		}
		names[e.name(f)] = f
	}
	if err := (fsx.OS{}).MkdirAll(e.dir); err != nil {
		return err
	}
	var sum bulk.Counts
	start := time.Now()
	for _, f := range files {
		counts, err := e.file(ctx, f)
		if err != nil {
			return err
		}
		if counts.Bad > 0 {
			fmt.Fprintf(e.err, "%s: %s lines without a text, the first is document %s: %s\n", term.Clean(f), term.Count(counts.Bad), term.Count(counts.FirstBad), term.Clean(counts.Why.Error()))
		}
		sum.Docs, sum.Bytes, sum.Tokens, sum.Bad = sum.Docs+counts.Docs, sum.Bytes+counts.Bytes, sum.Tokens+counts.Tokens, sum.Bad+counts.Bad
	}
	return e.summary(sum, time.Since(start))
}

// name is that of what is written of a file, without its ending.
func (e *encoding) name(file string) string {
	if file == "-" {
		file = "stdin"
	}
	return filepath.Join(e.dir, strings.TrimSuffix(filepath.Base(file), ".jsonl"))
}

// file encodes one file. What it writes has its names once it is complete.
func (e *encoding) file(ctx context.Context, file string) (counts bulk.Counts, err error) {
	in := io.Reader(os.Stdin)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return counts, &corpus.Error{Class: corpus.NoInput, What: "cannot be read", Path: file, Offset: -1, Err: err}
		}
		defer f.Close()
		in = f
	}
	ids, err := e.create(file, ".bin")
	if err != nil {
		return counts, err
	}
	defer func() { err = errors.Join(err, ids.finish(err == nil)) }()
	lengths, err := e.create(file, ".len")
	if err != nil {
		return counts, err
	}
	defer func() { err = errors.Join(err, lengths.finish(err == nil)) }()
	buffered := bufio.NewWriter(lengths)
	if counts, err = bulk.Encode(ctx, e.tok, in, ids, buffered, e.options); err != nil {
		return counts, err
	}
	return counts, buffered.Flush()
}

// unfinished is a file that has its name once it is complete.
type unfinished struct {
	fsx.File
	temp, name string
}

func (e *encoding) create(file, ending string) (*unfinished, error) {
	name := e.name(file) + ending
	u := &unfinished{temp: filepath.Join(e.dir, ".tmp-"+filepath.Base(name)), name: name}
	var err error
	u.File, err = fsx.OS{}.Create(u.temp)
	return u, err
}

func (u *unfinished) finish(complete bool) error {
	if err := u.Close(); err != nil || !complete {
		return errors.Join(err, fsx.OS{}.Remove(u.temp))
	}
	return fsx.OS{}.Rename(u.temp, u.name)
}

func (e *encoding) summary(c bulk.Counts, took time.Duration) error {
	switch {
	case e.json:
		if err := printJSON(e.out, map[string]any{
			"type": "summary", "stage": "encode", "docs_in": c.Docs, "docs_bad": c.Bad, "bytes_in": c.Bytes, "tokens": c.Tokens,
			"bytes_per_id": e.options.Bytes(), "seconds": took.Seconds(),
		}); err != nil {
			return err
		}
	case !e.quiet:
		fmt.Fprintf(e.err, "encode: %s documents, %s, %s tokens of %d bytes, in %s\n",
			term.Count(c.Docs), term.Bytes(c.Bytes), term.Count(c.Tokens), e.options.Bytes(), term.Duration(took))
	}
	if c.Bad > 0 {
		return errBadInput
	}
	return nil
}
