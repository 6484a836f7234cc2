package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"corpus"
	"corpus/internal/fsx"
	"corpus/tokenize"
	"corpus/trainer"

	"github.com/urfave/cli/v2"
)

// tokenizing is the configuration of the stage: what to train on text of so many
// bytes, or what was given.
func (w *workspace) tokenizing(c *cli.Context, bytes int64) (tokenize.Config, error) {
	s := w.Tokenize
	if s.Tokenizer == "" {
		if s.Pattern != "" || len(s.Special) > 0 {
			return tokenize.Config{}, corpus.Errorf(corpus.BadConfig, "tokenize.pattern and tokenize.special belong to a .tiktoken file; name it by tokenize.tokenizer")
		}
		cfg := tokenize.Config{Kind: s.Model, Sizes: s.Vocab, Bytes: bytes}
		if err := cfg.Check(); err != nil {
			return cfg, corpus.Errorf(corpus.BadConfig, "tokenize.%v", err)
		}
		return cfg, nil
	}
	if c.IsSet("vocab") || c.IsSet("model") {
		return tokenize.Config{}, corpus.Errorf(corpus.Usage, "--vocab and --model are of tokenizers that are trained; --tokenizer is used as it is")
	}
	t, err := w.givenTokenizer(w.paths([]string{s.Tokenizer})[0])
	if err != nil {
		return tokenize.Config{}, err
	}
	return tokenize.GivenConfig(tokenize.Give(t), bytes), nil
}

// givenTokenizer reads a tokenizer.json, itself or in a folder, or a file of
// tiktoken's.
func (w *workspace) givenTokenizer(path string) (*tokenize.Tokenizer, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, trainer.TokenizerFile)
	}
	b, err := fsx.ReadFile(w.fs, path, tokenize.MaxJSONBytes)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &corpus.Error{
			Class: corpus.NoInput, What: "there is no such tokenizer", Path: path, Offset: -1,
			Next: "name a tokenizer.json, its folder, or a .tiktoken file; transformers writes the first with save_pretrained of a fast tokenizer",
		}
	}
	if err != nil {
		return nil, err
	}
	var t *tokenize.Tokenizer
	if name, ok := strings.CutSuffix(filepath.Base(path), ".tiktoken"); ok || w.Tokenize.Pattern != "" {
		t, err = w.tiktoken(b, name)
	} else {
		var configs [][]byte
		if configs, err = readConfigs(w.fs, filepath.Dir(path)); err != nil {
			return nil, err
		}
		t, err = tokenize.Read(b, configs...)
	}
	if err != nil {
		return nil, &corpus.Error{Class: corpus.Corrupt, What: err.Error(), Path: path, Offset: -1}
	}
	return t, nil
}

// tiktoken reads a file of ranks with the words of its encoding, which its name
// tells, or of the configured pattern.
func (w *workspace) tiktoken(b []byte, name string) (*tokenize.Tokenizer, error) {
	e, ok := tokenize.EncodingOf(name)
	if s := w.Tokenize; s.Pattern != "" {
		e, ok = tokenize.Encoding{Pattern: s.Pattern}, true
	}
	if !ok {
		return nil, fmt.Errorf("the file is named after no encoding that is known (%s), so that it is not known how words are cut: give --pattern", strings.Join(tokenize.Encodings(), ", "))
	}
	return tokenize.ReadTiktoken(b, e, w.Tokenize.Special...)
}
