package count

// The caps on every size that comes from input.
const (
	// MaxWordBytes is the longest word that is counted for training. A longer
	// one (base64, minified code, a page without any space) is skipped and
	// counted in [Stats]; encoding has no such limit.
	MaxWordBytes = 1024
)
