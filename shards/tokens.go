package shards

import (
	"errors"
	"path"

	"corpus"
)

// Tokens is a set of token shards, mapped and not copied. What a manifest says of
// them is all that opening reads, so that ten thousand open at once: a record batch
// is verified when it is read for the first time. Sets of at most verifyAtOnce bytes
// are verified as they are opened, so that damage shows before a training begins.
// Methods may be called concurrently.
type Tokens struct {
	set      *Dataset
	vocab    int
	eos      uint32
	shards   []*tokenShard
	closeErr error
}

// OpenTokens maps the token shards of a role (such as "train/part") of a
// dataset, whose ids are below vocab. eos is appended to every document as they
// are read.
func OpenTokens(d *Dataset, role string, vocab int, eos uint32) (*Tokens, error) {
	t, err := mapTokens(d, role, vocab, eos)
	if err != nil || t.size() > verifyAtOnce {
		return t, err
	}
	if err := t.Verify(); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// mapTokens maps what OpenTokens verifies.
func mapTokens(d *Dataset, role string, vocab int, eos uint32) (_ *Tokens, err error) {
	t := &Tokens{set: d, vocab: vocab, eos: eos}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.Close())
		}
	}()
	for _, p := range d.Parts() {
		f, ok := p.File(role)
		if !ok {
			continue
		}
		if err := t.add(p.Number, f); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Docs is the number of documents.
func (t *Tokens) Docs() (n int64) {
	for _, s := range t.shards {
		n += s.docs
	}
	return n
}

// size is the bytes of all shards.
func (t *Tokens) size() (n int64) {
	for _, s := range t.shards {
		n += s.file.Size
	}
	return n
}

func (t *Tokens) add(part int, f corpus.File) error {
	name := path.Join(t.set.Dir, f.Name)
	if err := checkSize(t.set.fs, name, f, t.set.Rebuild()); err != nil {
		return err
	}
	m, err := t.set.fs.Map(name)
	if err != nil {
		return corrupt(name, 0, "cannot be mapped", err, t.set.Rebuild())
	}
	s := &tokenShard{part: part, name: name, rebuild: t.set.Rebuild(), file: f, vocab: t.vocab, mapped: m}
	t.shards = append(t.shards, s)
	return s.measure()
}

// Verify reads what has not been read yet.
func (t *Tokens) Verify() error {
	for _, s := range t.shards {
		for i := range len(s.file.Checks) - 1 {
			if _, err := s.batch(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// Verified is how many record batches have been verified, of how many.
func (t *Tokens) Verified() (batches, of int) {
	for _, s := range t.shards {
		of += len(s.file.Checks) - 1
		for i := range s.batches {
			if s.batches[i].ready.Load() {
				batches++
			}
		}
	}
	return batches, of
}

// Close unmaps the shards.
func (t *Tokens) Close() error {
	for _, s := range t.shards {
		t.closeErr = errors.Join(t.closeErr, s.mapped.Close())
	}
	t.shards = nil
	return t.closeErr
}

// TokenSchema is the columns of a token shard: the ids of one document's tokens,
// the document's id in hex, its source, its language. kind is Uint16s or Uint32s.
func TokenSchema(kind corpus.Kind) corpus.Schema {
	return corpus.Schema{{Name: "input_ids", Kind: kind}, {Name: "id", Kind: corpus.Strings}, {Name: "source", Kind: corpus.Strings}, {Name: "lang", Kind: corpus.Strings}}
}
