package substring

const (
	// MinBytes and MaxBytes bound the length of a window. Of shorter ones every
	// text has repeats; the number of windows of an anchor has 16 bits.
	MinBytes = 16
	MaxBytes = 64 << 10
	// MaxPart is the most bytes of text in a part, MaxParts the most parts that
	// a place can tell.
	MaxPart  = 1<<offsetBits - 1
	MaxParts = 1 << (64 - offsetBits)
)

// FinderMemory is the most bytes that a Finder holds: hashes of two blocks of
// grams and the order of one.
const FinderMemory = (8 + 8 + 4) * MaxBytes
