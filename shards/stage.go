package shards

import (
	"errors"

	"corpus"
)

// Encoder turns text into token ids. It is used by one goroutine.
type Encoder interface {
	Encode(dst []uint32, text string) []uint32
}

// Config is what the stage depends on.
type Config struct {
	// Valid is the share of clusters whose documents are held out for validation.
	Valid float64
	// SpecialsInText says that Load's encoders make special tokens of what spells
	// them in documents.
	SpecialsInText bool `json:",omitempty"`
	// Load reads a tokenizer.json: the size of its vocabulary and a maker of
	// encoders, one for each task.
	Load func(tokenizer []byte) (vocab int, encoder func() Encoder, err error) `json:"-"`

	// What bounds memory and disk, and changes no output: the bytes of the kept
	// text (0: not known), the size of the vocabulary, its tokens a byte of the
	// text it was learnt from (0: not known), the bytes of its file, and those that
	// it and an encoder hold.
	Bytes         int64   `json:"-"`
	Vocab         int     `json:"-"`
	TokensPerByte float64 `json:"-"`
	FileBytes     int64   `json:"-"`
	EncoderMemory int64   `json:"-"`
}

// Version of the stage: raised whenever the same input would give other bytes.
const Version = 5

// Roles of the stage.
const (
	TrainRole = "train/part"
	ValidRole = "valid/part"
	keptRole  = "filter/kept/part"

	tokenizerInput = "tokenize/tokenizer"

	SourceRole = "source" // whose documents stand where in train, by runs
	runRole    = "run"    // the same of one part

	TallyRole = "tally"   // documents and tokens of languages and sources
	partTally = "tallies" // those of one part

	TokenizerRole = "tokenizer" // a copy of the file that made the shards
)

// Stage encodes the kept documents into token shards. A document belongs to
// train or valid by the hash of its cluster, for ever, so that no near-copy of
// a validation document is learnt.
func Stage(c Config) corpus.Stage {
	return corpus.Stage{
		Name: "shards", Version: Version, Keep: []string{TrainRole, ValidRole, SourceRole, TallyRole, TokenizerRole},
		Publish: []string{TokenizerRole}, Derive: derive,
		Passes: []corpus.Pass{
			{Name: "encode", Config: c, Inputs: []string{keptRole, tokenizerInput}, Memory: c.encodeMemory(), Need: c.need, Run: c.encode},
			{Name: "source", Inputs: []string{runRole}, Tasks: oneIfParts, Memory: sourceMemory, Run: joinRuns},
			{Name: "tally", Inputs: []string{partTally}, Tasks: oneIfParts, Memory: sourceMemory + tallyMemory, Run: joinTallies},
			{Name: "tokenizer", Inputs: []string{tokenizerInput}, Tasks: oneIfParts, Run: copyTokenizer},
			{Name: "overlap", Config: c, Inputs: []string{keptRole + "+"}, Tasks: corpus.One, Memory: c.overlapMemory(), Run: c.overlap},
		},
		Gate: func(n corpus.Counts) error {
			if n["docs_in"] > 0 && n["tokens"] == 0 {
				return corpus.Errorf(corpus.Refused, "no token came out of %d documents; look at `corpus cat filter`", n["docs_in"])
			}
			return nil
		},
	}
}

// derive refuses a dataset that has nothing to train on before it is committed.
func derive(m *corpus.Manifest) ([]corpus.Derived, error) {
	if n := m.Counts(); n["train.tokens"] == 0 && n["valid.tokens"] > 0 {
		return nil, &corpus.Error{
			Class: corpus.Refused, What: "every document is held out for validation and none is left to train on", Offset: -1,
			Next: "lower shards.valid in corpus.yaml",
		}
	}
	return deriveHF(m)
}

func (c Config) encode(e corpus.Env) error {
	b, err := e.File(tokenizerInput)
	if err != nil {
		return err
	}
	vocab, encoder, err := c.Load(b)
	if err != nil {
		return err
	}
	s := &splitter{env: e, config: c, enc: encoder(), row: corpus.NewTable(TokenSchema(kindOfIDs(vocab))), writers: map[string]corpus.TableWriter{}, tallies: tallies{}}
	for _, role := range []string{TrainRole, ValidRole} {
		if s.writers[role], err = e.Create(role, s.row.Schema); err != nil {
			return err
		}
	}
	if s.runs, err = newRuns(e); err != nil {
		return err
	}
	return s.part()
}

// part sends all documents, then once more those that are to be learnt from twice,
// and so on: what is repeated does not lie behind itself, where a model would learn
// to copy it.
func (s *splitter) part() error {
	first, _ := s.env.Parts()
	for more := true; more; s.round++ {
		more = false
		err := corpus.EachTable(s.env, keptRole, first+s.env.Task(), func(t *corpus.Table) error {
			m, err := s.table(t)
			more = more || m
			return err
		})
		if err != nil {
			return err
		}
	}
	return errors.Join(s.runs.end(), s.tallies.write(s.env, partTally))
}

// splitter sends documents to train or valid, encoded.
type splitter struct {
	env     corpus.Env
	config  Config
	enc     Encoder
	round   int64 // 0 is the first
	ids     []uint32
	row     *corpus.Table
	writers map[string]corpus.TableWriter
	runs    *runs // of train
	tallies tallies
}

// table sends the documents of a batch that have a place in this round, and says
// whether one has a place in the next. What is held out is not repeated.
func (s *splitter) table(in *corpus.Table) (more bool, err error) {
	clusters := in.Column("cluster").IDs
	for i := range in.Rows {
		role, name := TrainRole, "train"
		if heldOut(clusters[i], s.config.Valid) {
			role, name = ValidRole, "valid"
		}
		times := int64(1)
		if in.Has("repeat") && role == TrainRole {
			times = min(in.Column("repeat").Ints[i], maxRepeat)
		}
		if s.round > 0 && s.round >= times {
			continue
		}
		more = more || s.round+1 < times
		d := in.Document(i)
		s.ids = s.enc.Encode(s.ids[:0], d.Text)
		s.row.Reset()
		s.row.Columns[0].Tokens = append(s.row.Columns[0].Tokens, s.ids)
		s.row.Columns[1].Strings = append(s.row.Columns[1].Strings, d.ID.String())
		s.row.Columns[2].Strings = append(s.row.Columns[2].Strings, d.Source)
		s.row.Columns[3].Strings = append(s.row.Columns[3].Strings, d.Lang)
		s.row.Rows = 1
		if err := s.writers[role].Write(s.row); err != nil {
			return false, err
		}
		if role == TrainRole {
			if err := s.runs.add(d.Source, int64(len(s.ids))); err != nil {
				return false, err
			}
		}
		s.count(name, &d, int64(len(s.ids)))
	}
	return more, s.env.Context().Err()
}

func (s *splitter) count(set string, d *corpus.Document, tokens int64) {
	if s.round == 0 {
		s.env.Count("docs_in", 1)
		s.env.Count("docs_out", 1)
		s.env.Count("bytes_in", int64(len(d.Text)))
	} else {
		s.env.Count("rehydrated.docs", 1)
		s.env.Count("rehydrated.tokens", tokens)
		s.env.Count("rehydrated.bytes", int64(len(d.Text)))
	}
	s.env.Count("tokens", tokens)
	s.env.Count(set+".docs", 1)
	s.env.Count(set+".tokens", tokens)
	s.env.Count(set+".bytes", int64(len(d.Text)))
	s.tallies.document(d, set == "train", tokens)
	s.env.Progress(int64(len(d.Text)))
}

// heldOut decides by the cluster alone. IDs are hashes, so their first bytes
// are as good as random.
func heldOut(cluster corpus.ID, share float64) bool {
	var h uint32
	for _, b := range cluster[:4] {
		h = h<<8 | uint32(b)
	}
	return float64(h) < share*(1<<32)
}
