package corpus

// Caps on sizes that the shape of the data decides. Packages that read formats
// have a limits.go of their own for what only they meet.
const (
	// UnitBytes is the decoded size at which a source is cut, at the next record.
	UnitBytes = 64 << 20
	// PartBytes and PartSources end a part: whichever is reached first.
	PartBytes   = 256 << 20
	PartSources = 4096
	// BatchBytes is the size a record batch of text aims at (2–4 MB is where
	// Arrow reads and writes fastest); one row may make it larger.
	BatchBytes = 2 << 20
	// MaxDocument is the longest text of one document; longer ones are counted
	// as lost. Sixteen of them fit a worker's memory.
	MaxDocument = 32 << 20
	// MaxManifest is the largest manifest or record that is read.
	MaxManifest = 256 << 20
)
