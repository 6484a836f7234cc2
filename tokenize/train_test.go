package tokenize

import (
	"bytes"
	"slices"
	"testing"
)

func TestTrainPrefix(t *testing.T) {
	texts := load[[]string](t, "texts.json")
	large, small := trainOn(t, texts, 900), trainOn(t, texts, 500)
	if !slices.Equal(large.tokens[:500], small.tokens) {
		t.Error("the vocabulary of 500 does not begin that of 900")
	}
}

func TestTrainBytes(t *testing.T) {
	texts := load[[]string](t, "texts.json")
	a := trainOn(t, texts, 700).JSON()
	slices.Reverse(texts)
	if b := trainOn(t, texts, 700).JSON(); !bytes.Equal(a, b) {
		t.Error("the order of texts changes tokenizer.json")
	}
}

func TestReserved(t *testing.T) {
	tok := trainOn(t, []string{"some text"}, 363)
	for content, id := range map[string]uint32{
		Pad: PadID, Bos: BosID, Eos: EosID, Unk: UnkID, Cls: ClsID, Sep: SepID, Mask: MaskID,
		Sentinel(0): FirstSentinelID, Sentinel(Sentinels - 1): NumReserved - 1,
	} {
		if got, ok := tok.Special(content); !ok || got != id || !tok.special[id] {
			t.Errorf("%s has id %d (%v), want %d", content, got, ok, id)
		}
	}
	if _, ok := tok.Special("<none>"); ok || tok.special[NumReserved] {
		t.Error("special tokens that are none")
	}
}
