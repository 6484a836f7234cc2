package tokenize

import "strconv"

// The ids that every tokenizer trained here reserves, whatever its size. A
// tokenizer read from elsewhere has its own; see [Tokenizer.Special].
const (
	PadID  = 0 // fills a batch; also starts the decoder of an encoder-decoder, as in T5
	BosID  = 1 // begins a text for clm
	EosID  = 2 // ends a text
	UnkID  = 3 // never made by byte-level BPE; there for programs that expect it
	ClsID  = 4 // begins a text for mlm
	SepID  = 5 // ends a text for mlm, or parts two
	MaskID = 6 // hides a token for mlm and denoise

	// FirstSentinelID is the id of <extra_id_0>; sentinel i has id
	// FirstSentinelID + i.
	FirstSentinelID = 7
	// Sentinels is the number of sentinels, as in T5 (Raffel et al. 2020).
	Sentinels = 100
	// NumReserved is the number of reserved ids; the first byte follows.
	NumReserved = FirstSentinelID + Sentinels
)

// The reserved tokens as they are written in a prompt.
const (
	Pad  = "<pad>"
	Bos  = "<s>"
	Eos  = "</s>"
	Unk  = "<unk>"
	Cls  = "<cls>"
	Sep  = "<sep>"
	Mask = "<mask>"
)

// Sentinel gives the text of sentinel i, 0 ≤ i < [Sentinels].
func Sentinel(i int) string { return "<extra_id_" + strconv.Itoa(i) + ">" }

// Reserved lists the reserved tokens by ascending id.
//
// <mask> and the sentinels take the white space before them, as <mask> does in
// RoBERTa: in training they stand for words such as " Paris", which begin with
// their space, so in "The capital is <mask>." the space belongs to the mask.
func Reserved() []Added {
	list := make([]Added, 0, NumReserved)
	for _, content := range []string{Pad, Bos, Eos, Unk, Cls, Sep, Mask} {
		list = append(list, Added{ID: uint32(len(list)), Content: content, LStrip: content == Mask, Special: true})
	}
	for i := range Sentinels {
		list = append(list, Added{ID: uint32(len(list)), Content: Sentinel(i), LStrip: true, Special: true})
	}
	return list
}
