package columns

import "corpus"

// Caps on what a file decides.
const (
	// MaxFooter is the largest footer. Most are kilobytes; a Parquet file of 100
	// columns and 2,000 row groups has 30 MB.
	MaxFooter = 32 << 20
	// MaxColumns is the most fields of a schema, MaxDepth how deep they nest.
	MaxColumns = 1 << 16
	MaxDepth   = 64
	// MaxName is the longest name of a column, with those of the structs around.
	MaxName = 4096
	// MaxGroups is the most row groups or record batches of a file.
	MaxGroups = 1 << 17
	// MaxRows of a file that is smaller than that: a row of nothing takes no
	// space, but eight of them in a byte are none that somebody wants.
	MaxRows = 1 << 26
	// MaxPageHeader is the largest header of a Parquet page. It holds the
	// smallest and largest value: writers leave out those of more than 4 kB.
	MaxPageHeader = 64 << 10
	// MaxMessage is the largest metadata of an Arrow message. That of a batch has
	// 64 bytes a column.
	MaxMessage = 8 << 20
	// MaxPageValues is the most values of a dictionary, and the most bytes of a
	// page's definition levels.
	MaxPageValues = 8 << 20
	// MaxPageLengths is the most values of a page whose lengths stand before the
	// values and must be kept: writers end a page at 1 MB.
	MaxPageLengths = 512 << 10
	// MaxHeld is what dictionaries and pages of all columns may take at once.
	// Larger pages are decoded as they are read, and so are dictionaries of more
	// than half of it in Parquet; in Arrow they are refused.
	MaxHeld = 24 << 20
	// heldPage is the largest page that is held whole, as it is in the file, and
	// half of what one is decoded to at once: that is faster, and its checksum can
	// be verified.
	heldPage = 4 << 20
	// MaxText is the longest text; a row with a longer one is told as such.
	MaxText = corpus.MaxDocument
	// MaxLabel is the longest address or title; longer ones are left out.
	MaxLabel = 64 << 10
	// MaxWindow is the largest zstd window: levels up to 19 need no more.
	MaxWindow = 8 << 20
	// MaxRatio of decoded texts to the bytes they were read from, once RatioFloor
	// bytes are decoded, is where a group counts as a bomb. Text reaches 5 to 20,
	// a dictionary of few texts more.
	MaxRatio   = 200
	RatioFloor = 64 << 20
)

// Memory is what reading a group holds at most, beside the index of the file:
// pages and dictionaries, a text in a buffer that doubled last, and the windows
// of three buffers of three columns.
const Memory = MaxHeld + 3*MaxText/2 + 10*MaxWindow
