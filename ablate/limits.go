package ablate

const (
	// maxHeldOut is the bytes of all files held out: their 13-word sequences are
	// kept in memory, about 8 bytes of it a byte of text.
	maxHeldOut = 32 << 20
	// maxLine is the longest line of JSON lines.
	maxLine = maxHeldOut
	// maxArms is how many arms fit the marks of a sequence.
	maxArms = 8
)
