// Command feed is our side of bench/feed.py: it makes token shards, and reads their
// rows as a training does, with checksums, global shuffle, sources mixed by weight
// and the documents of rows kept apart.
//
//	go run ./bench/feed -make DIR -tokens 100000000
//	go run ./bench/feed -seq-len 1024 -mix wiki=2,crawl=1 -doc-mask -seconds 60 DIR
//
// It prints one line of JSON. -sum prints a sum of hashes of an epoch's rows instead.
package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"corpus"
	"corpus/internal/fsx"
	"corpus/shards"
	"corpus/shards/order"
	"corpus/trainer"

	"github.com/zeebo/xxh3"
	"golang.org/x/sys/unix"
)

// eos ends a document; the ids of text are above, up to the vocabulary.
const (
	eos   = 2
	vocab = 32_003
)

// settings are the flags.
type settings struct {
	seqLen, batch, readers int
	mix, pack              string
	docMask, sum           bool
	seconds                float64
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("feed: ")
	var s settings
	create, tokens := flag.Bool("make", false, "write shards to DIR"), flag.Int64("tokens", 100_000_000, "`N` to write")
	flag.IntVar(&s.seqLen, "seq-len", 1024, "`N` tokens of a row")
	flag.IntVar(&s.batch, "batch", 32, "`N` rows of a batch")
	flag.IntVar(&s.readers, "readers", 2, "`N` goroutines")
	flag.StringVar(&s.mix, "mix", "", "`NAME=WEIGHT,…`")
	flag.StringVar(&s.pack, "pack", "", "`PACKING`")
	flag.BoolVar(&s.docMask, "doc-mask", false, "number the documents of rows")
	flag.BoolVar(&s.sum, "sum", false, "sum the rows of an epoch")
	flag.Float64Var(&s.seconds, "seconds", 60, "how `LONG` to read")
	flag.Parse()
	err := errors.New("name one directory")
	switch {
	case flag.NArg() != 1:
	case *create:
		err = write(flag.Arg(0), *tokens)
	default:
		err = s.read(flag.Arg(0))
	}
	if err != nil {
		log.Fatal(err)
	}
}

// write makes shards of documents of two sources, whose lengths are like those of
// web pages (log-normal, median 400 tokens).
func write(dir string, tokens int64) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, 2))
	m := corpus.Manifest{Stage: "shards", Version: shards.Version, Generations: make([]corpus.Generation, 1)}
	for number := 0; tokens > 0; number++ {
		f, n, err := writeShard(dir, number, min(tokens, 50_000_000), r)
		if err != nil {
			return err
		}
		m.Generations[0].Parts = append(m.Generations[0].Parts, corpus.Part{Number: number, Files: f})
		tokens -= n
	}
	b, err := m.Seal()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, shards.ManifestName), b, 0o666)
}

// writeShard writes a shard, and the table of its sources.
func writeShard(dir string, number int, tokens int64, r *rand.Rand) (files []corpus.File, n int64, err error) {
	table, runs := corpus.NewTable(shards.TokenSchema(corpus.Uint16s)), shards.NewRuns()
	for _, source := range []string{"wiki/a", "crawl/b"} {
		rows, sum := int64(0), int64(0)
		for sum < tokens/2 {
			ids := make([]uint32, 1+int(math.Exp(6+r.NormFloat64())))
			for i := range ids {
				ids[i] = 3 + r.Uint32N(vocab-3)
			}
			table.Columns[0].Tokens = append(table.Columns[0].Tokens, ids)
			table.Columns[1].Strings = append(table.Columns[1].Strings, fmt.Sprintf("%032x", rows))
			table.Columns[2].Strings = append(table.Columns[2].Strings, source)
			table.Columns[3].Strings = append(table.Columns[3].Strings, "en")
			table.Rows++
			rows, sum = rows+1, sum+int64(len(ids))
		}
		runs.Add(number, source, rows, sum)
		n += sum
	}
	train, err := writeTable(dir, fmt.Sprintf("part-%05d.arrow", number), table)
	if err != nil {
		return nil, 0, err
	}
	train.Role = shards.TrainRole
	source, err := writeTable(dir, fmt.Sprintf("source-%05d.arrow", number), runs.Table)
	source.Role = shards.SourceRole
	return []corpus.File{train, source}, n, err
}

func writeTable(dir, name string, t *corpus.Table) (corpus.File, error) {
	out, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return corpus.File{}, err
	}
	w, err := shards.NewWriter(out, t.Schema)
	if err != nil {
		return corpus.File{}, err
	}
	if err := errors.Join(w.Write(t), w.Close()); err != nil {
		return corpus.File{}, err
	}
	size, err := fsx.OS{}.Size(filepath.Join(dir, name))
	return corpus.File{Name: name, Size: size, Rows: w.Rows(), Checks: w.Checks(), Tokens: w.Tokens()}, errors.Join(err, out.Close())
}

// read feeds rows for a while, and prints how fast.
func (s settings) read(dir string) error {
	began := time.Now()
	d, err := shards.OpenDataset(fsx.OS{}, dir)
	if err != nil {
		return err
	}
	t, err := shards.OpenTokens(d, shards.TrainRole, vocab, eos)
	if err != nil {
		return err
	}
	set, err := s.dataset(t)
	if err != nil {
		return err
	}
	opened := time.Since(began)
	if s.sum {
		return sum(set)
	}
	feed := trainer.NewFeed(set, trainer.Reading{Global: s.batch, Micro: s.batch, Readers: s.readers}, 0)
	defer feed.Close()
	rows, tokens, first := int64(0), int64(0), time.Duration(0)
	for time.Since(began).Seconds() < s.seconds {
		micro, err := feed.Next()
		if err != nil {
			return err
		}
		for _, b := range micro {
			rows, tokens = rows+int64(b.Rows), tokens+b.Tokens
		}
		if first == 0 && rows >= set.Len() {
			first = time.Since(began)
		}
	}
	verified, of := t.Verified()
	rate := float64(tokens) / (time.Since(began) - opened).Seconds()
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"tokens_per_second": math.Round(rate), "tokens_per_cpu_second": math.Round(float64(tokens) / processorTime()), "rows": rows, "rows_of_an_epoch": set.Len(), "opened_s": opened.Seconds(),
		"first_epoch_s": first.Seconds(), "verified": verified, "batches": of, "epochs": set.Epochs(rows),
	})
}

// processorTime is the seconds that all threads have had, opening included.
func processorTime() float64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return math.NaN()
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func (s settings) dataset(t *shards.Tokens) (*trainer.Dataset, error) {
	spec, err := trainer.Spec{Objective: "clm", SeqLen: s.seqLen, Mix: s.mix, Pack: s.pack, DocMask: s.docMask}.Resolve()
	if err != nil {
		return nil, err
	}
	special := trainer.Special{EOS: eos}
	obj, err := trainer.NewObjective(spec, special, 1<<16, false)
	if err != nil {
		return nil, err
	}
	sources := trainer.All(t.All())
	if weights, _ := order.ParseWeights(spec.Mix); weights != nil {
		groups, _, err := t.Groups(len(weights), weights.Of)
		if err != nil {
			return nil, err
		}
		sources = nil
		for i, g := range groups {
			sources = append(sources, trainer.Source{Name: weights[i].Name, Weight: weights[i].Rows, Tokens: g})
		}
	}
	return trainer.NewDataset("training", sources, obj, spec, special, 1)
}

// sum adds the XXH3 of all full rows' tokens, as little-endian int32s.
func sum(set *trainer.Dataset) error {
	total, rows := uint64(0), 0
	for at := range set.Len() {
		b, err := set.Batch(at, 1)
		if err != nil {
			return err
		}
		if b.Tokens < int64(b.Cols) {
			continue
		}
		raw := make([]byte, 0, 4*b.Cols)
		for _, id := range b.Labels {
			raw = binary.LittleEndian.AppendUint32(raw, uint32(id))
		}
		total += xxh3.Hash(raw)
		rows++
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"rows": rows, "sum": fmt.Sprintf("%016x", total)})
}
