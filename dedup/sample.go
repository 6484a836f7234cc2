package dedup

import (
	"encoding/binary"
	"errors"
	"time"

	"corpus"
)

const (
	// sampleTime is how long the sample is signed at most, and sampleShare the
	// share of the text that is in it at most, so that a plan is cheap where the
	// work is.
	sampleTime  = time.Second
	sampleShare = 0.05
	// sampleSort is the records that are sorted for a sample, as wide as those of
	// bands: 3 MB.
	sampleSort = 1 << 18
)

// errEnough ends a sample.
var errEnough = errors.New("enough")

// sample signs some documents of the generation's first part and sorts some
// records: the seconds that took tell how fast work is on this machine. No output depends
// on it.
func (c Config) sample(env corpus.Env, bytes int64) (per speeds, took float64, signed int64, err error) {
	start := time.Now()
	signed, err = c.sampleSigning(env, int64(sampleShare*float64(bytes)), start.Add(sampleTime))
	if err != nil {
		return per, 0, 0, err
	}
	signing := time.Since(start).Seconds()
	err = sampleSorting(env)
	took = time.Since(start).Seconds()
	per = speeds{float64(max(1, signed)) / signing, sampleSort / (took - signing)}
	return per, took, signed, err
}

func (c Config) sampleSigning(env corpus.Env, most int64, until time.Time) (signed int64, err error) {
	first, n := env.Parts()
	if n == 0 {
		return 0, nil
	}
	s, hashes := newSigner(c), []uint64(nil)
	err = corpus.EachTable(env, "ingest/part", first, func(t *corpus.Table) error {
		for _, text := range t.Column("text").Strings {
			_, hashes = s.sign(hashes[:0], text)
			if signed += int64(len(text)); signed >= most || time.Now().After(until) {
				return errEnough
			}
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return signed, err
}

func sampleSorting(env corpus.Env) error {
	s, err := env.Sort(8 + 4)
	if err != nil {
		return err
	}
	defer s.Close()
	var record [8 + 4]byte
	for i := range uint64(sampleSort) {
		binary.BigEndian.PutUint64(record[:], mix(i))
		if err := s.Add(record[:]); err != nil {
			return err
		}
	}
	for _, err := range s.Each() {
		if err != nil {
			return err
		}
	}
	return nil
}
