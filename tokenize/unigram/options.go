package unigram

import "fmt"

// Options say what to train.
type Options struct {
	// Sizes are the wanted numbers of ids, each with specials and bytes included,
	// up to [MaxVocab]. Each vocabulary is what it would be if it were trained
	// alone.
	Sizes []int

	// Specials are the tokens that text is not made of, by id from 0.
	Specials []string

	// Unk is which of Specials unknown characters become.
	Unk int

	// ByteFallback gives the 256 bytes the ids after the specials.
	ByteFallback bool

	// Coverage is the share of characters, by how often they come, that get
	// tokens; the rarest beyond are unknown. 0 means 1: all.
	Coverage float64

	// WordBytes bounds the distinct words that are held, in bytes of text; 0 means
	// 16 MiB. Beyond it rare words are sampled, see [count.Load].
	WordBytes int

	// Workers is how many goroutines work, 0 for one; it changes nothing else.
	Workers int
}

// Stats say what training did.
type Stats struct {
	SampledTo int64 // words seen less often were sampled; 1: none
	Seeds     int   // tokens to begin with
	Uncovered int   // different characters that got no token
}

// The constants of SentencePiece's and Hugging Face's trainers.
const (
	maxPieceChars = 16        // of a token
	maxSeeds      = 1_000_000 // tokens to begin with
	emRounds      = 2         // between two prunings
	shrinking     = 0.75      // share of the tokens that a pruning leaves
	surplus       = 1.1       // times the wanted size, from where it is cut in one go
	leastExpected = 0.5       // tokens that are expected to come less often are dropped
)

// special is how many ids come before the first token of text.
func (o *Options) special() int {
	if o.ByteFallback {
		return len(o.Specials) + 256
	}
	return len(o.Specials)
}

func (o *Options) check() error {
	switch {
	case len(o.Sizes) == 0:
		return fmt.Errorf("no size is given")
	case o.Unk < 0 || o.Unk >= len(o.Specials):
		return fmt.Errorf("unknown token %d of %d specials", o.Unk, len(o.Specials))
	case !(o.Coverage >= 0 && o.Coverage <= 1):
		return fmt.Errorf("a coverage of %v: choose from 0 to 1", o.Coverage)
	}
	for _, n := range o.Sizes {
		if n > MaxVocab {
			return fmt.Errorf("a vocabulary of %d, allowed are %d", n, MaxVocab)
		}
	}
	return nil
}
