package main

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"corpus"
	"corpus/internal/fsx"
	"corpus/tokenize"
	"corpus/trainer"
)

// tokenizer reads the workspace's tokenizer, verified.
func (w *workspace) tokenizer() ([]byte, *tokenize.Tokenizer, error) {
	d, err := w.input("tokenize")
	if err != nil {
		return nil, nil, err
	}
	b, err := d.File(tokenize.RoleTokenizer)
	if err != nil {
		return nil, nil, err
	}
	config, err := d.File(tokenize.RoleConfig)
	if err != nil {
		return nil, nil, err
	}
	t, err := tokenize.Read(b, config)
	return b, t, err
}

// folderTokenizer reads the tokenizer of a run, or of a model folder from
// elsewhere, with the files that tell what its tokens are for.
func (w *workspace) folderTokenizer(dir string) (*tokenize.Tokenizer, error) {
	b, err := trainer.ReadTokenizer(w.fs, dir)
	if err != nil {
		return nil, err
	}
	configs, err := readConfigs(w.fs, dir)
	if err != nil {
		return nil, err
	}
	t, err := tokenize.Read(b, configs...)
	if err != nil {
		return nil, &corpus.Error{Class: corpus.Corrupt, What: err.Error(), Path: dir, Offset: -1}
	}
	return t, nil
}

// readConfigs reads those of a folder's files that tell roles.
func readConfigs(fsys fsx.FS, dir string) (configs [][]byte, err error) {
	for _, name := range []string{configFile, specialsFile} {
		b, err := fsx.ReadFile(fsys, filepath.Join(dir, name), tokenize.MaxJSONBytes)
		switch {
		case err == nil:
			configs = append(configs, b)
		case !errors.Is(err, os.ErrNotExist):
			return nil, err
		}
	}
	return configs, nil
}

// specialIDs finds the tokens of a tokenizer by their roles. Where it has none of
// its own for one, another does its work, as is the custom: <|endoftext|> begins
// and ends GPT-2's texts, and [CLS] and [SEP] would BERT's.
func specialIDs(t *tokenize.Tokenizer) trainer.Special {
	id := func(names ...string) int32 {
		if n, ok := t.ID(cmp.Or(names...)); ok {
			return int32(n)
		}
		return trainer.None
	}
	r := t.Roles()
	s := trainer.Special{
		Pad: id(r.Pad, r.Eos, r.Sep), BOS: id(r.Bos, r.Cls, r.Eos), EOS: id(r.Eos, r.Sep), Unk: id(r.Unk),
		CLS: id(r.Cls, r.Bos, r.Eos), SEP: id(r.Sep, r.Eos), Mask: id(r.Mask),
	}
	for _, name := range r.Sentinels {
		s.Sentinels = append(s.Sentinels, id(name))
	}
	return s
}

// pieces says of every token what its text tells of words, as it stands behind
// another token: at the beginning of a text some tokenizers drop a space.
func pieces(t *tokenize.Tokenizer) []trainer.Piece {
	text := func(ids ...uint32) string {
		s, _ := t.Decode(ids, false) // ids of the vocabulary
		return s
	}
	var before []uint32
	for id := range uint32(t.Size()) {
		if text(id) == "a" {
			before = []uint32{id}
			break
		}
	}
	list := make([]trainer.Piece, t.Size())
	for id := range list {
		list[id] = trainer.NewPiece(strings.TrimPrefix(text(append(before, uint32(id))...), text(before...)))
	}
	return list
}

// runs are the names of the training runs.
func (w *workspace) runs() ([]string, error) {
	names, err := w.fs.ReadDir(filepath.Join(w.dir, "runs"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var runs []string
	for _, n := range names {
		if name, ok := strings.CutSuffix(n, "/"); ok {
			runs = append(runs, name)
		}
	}
	return runs, err
}
