package split

// The caps on every size that comes from input.
const (
	// MaxStages is the largest number of pre-tokenizers that is read, those
	// within Sequences counted.
	MaxStages = 64

	// MaxDepth is how deep Sequences may lie within each other.
	MaxDepth = 8

	// MaxPatternBytes is the longest pattern that is read.
	MaxPatternBytes = 16 << 10
)

const (
	// MaxRepeat is the largest count in a {n,m} of a regular expression.
	MaxRepeat = 1000

	// MaxInstructions is the largest number of instructions, about the runes
	// and brackets with counts multiplied out, that a regular expression becomes.
	MaxInstructions = 1 << 14
)
