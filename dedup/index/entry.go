package index

import "cmp"

// Space tells kinds of keys apart. In a run they follow each other in this order.
type Space byte

// The spaces: what their keys are, and what First and Last are of each.
const (
	Text   Space = iota // hash of a text (128 bits): its first document
	ID                  // hash of an id: its first document
	URL                 // hash of a URL (128 bits): its first document
	Band                // hash of a band: the first and the last document of the bucket
	Parent              // a document that was dropped: the one that stays in its place
	Size                // a document that stays: 0, documents of its cluster
	spaces
)

// wide says whether keys have a second half.
func (s Space) wide() bool { return s == Text || s == URL }

// Key is what entries are ordered by.
type Key struct {
	Space     Space
	High, Low uint64
}

// Compare is -1, 0 or 1.
func (k Key) Compare(o Key) int {
	switch {
	case k.Space != o.Space:
		return cmp.Compare(k.Space, o.Space)
	case k.High != o.High:
		return cmp.Compare(k.High, o.High)
	default:
		return cmp.Compare(k.Low, o.Low)
	}
}

// Entry is what a run knows of a key. Of several runs the oldest decides First,
// the newest Last.
type Entry struct {
	Key
	First, Last uint32
}
