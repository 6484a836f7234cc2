package substring

const (
	// MinBytes is the shortest window: shorter ones every text has again.
	MinBytes = 16
	// MaxBytes is the longest: the number of windows of an anchor has 16 bits.
	MaxBytes = 64 << 10
	// MaxPart is the most bytes of text in a part that a place can tell.
	MaxPart = 1<<offsetBits - 1
	// MaxParts is the most parts.
	MaxParts = 1 << (64 - offsetBits)
)

// FinderMemory is the most bytes that a Finder holds: hashes of two blocks of
// grams and the order of one.
const FinderMemory = (8 + 8 + 4) * MaxBytes
