package tokenize

import (
	"strings"
	"testing"
)

// TestRoles: the tokens of each family are told by their roles.
func TestRoles(t *testing.T) {
	bert := Roles{Unk: "[UNK]", Sep: "[SEP]", Pad: "[PAD]", Cls: "[CLS]", Mask: "[MASK]"}
	roberta := Roles{Bos: "<s>", Eos: "</s>", Unk: "<unk>", Sep: "</s>", Pad: "<pad>", Cls: "<s>", Mask: "<mask>"}
	t5 := Roles{Eos: "</s>", Unk: "<unk>", Pad: "<pad>"}
	for name, want := range map[string]Roles{
		"gpt2": {Eos: "<|endoftext|>"}, "bert": bert, "bert-cased": bert, "roberta": roberta, "bart": roberta,
		"bloom": {Bos: "<s>", Eos: "</s>", Unk: "<unk>", Pad: "<pad>"}, "t5": t5, "t5-words": t5,
		"llama3": {Bos: "<|begin_of_text|>", Eos: "<|end_of_text|>"}, "qwen": {Eos: "<|endoftext|>"},
		"llama2": {Bos: "<s>", Eos: "</s>", Unk: "<unk>"},
	} {
		got := family(t, name).Roles()
		sentinels := 0
		if strings.HasPrefix(name, "t5") {
			sentinels = 100
		}
		if len(got.Sentinels) != sentinels {
			t.Errorf("%s has %d sentinels, want %d", name, len(got.Sentinels), sentinels)
		}
		if got.Sentinels = nil; !equalRoles(got, want) {
			t.Errorf("%s has %+v, want %+v", name, got, want)
		}
	}
}

func equalRoles(a, b Roles) bool {
	x, y := a.list(), b.list()
	for i := range x {
		if *x[i].to != *y[i].to {
			return false
		}
	}
	return true
}

// TestRolesFromFiles: what files beside tokenizer.json say comes before names.
func TestRolesFromFiles(t *testing.T) {
	data := family(t, "qwen").JSON()
	tok, err := Read(data,
		[]byte(`{"eos_token": "<|im_end|>", "pad_token": {"content": "<|endoftext|>", "lstrip": false}, "bos_token": null}`),
		[]byte(`{"eos_token": "<|endoftext|>", "mask_token": "<think>"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tok.Roles(), (Roles{Eos: "<|im_end|>", Pad: "<|endoftext|>", Mask: "<think>"}); !equalRoles(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	for file, why := range map[string]string{
		`{"eos_token": "<end>"}`: `eos_token: "<end>" is not in the vocabulary`, `{"eos_token": 7}`: "eos_token: 7 is not a token",
		`{"eos_token": {"content": ""}}`: "is not a token", `{"eos_token"`: "byte 12 of 12, line 1", `[]`: "not the names",
	} {
		if _, err := Read(data, []byte(file)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want %s", file, err, why)
		}
	}
}

// TestFramed: a frame takes the place of the one there was, stays when the tokenizer
// is written, and is no part of its sum.
func TestFramed(t *testing.T) {
	sums := map[string]string{}
	for _, name := range []string{"gpt2", "bert", "roberta", "t5", "llama3"} {
		tok, err := family(t, name).Framed([]uint32{5}, []uint32{7, 8})
		if err != nil {
			t.Fatal(err)
		}
		again, err := Read(tok.JSON())
		if err != nil {
			t.Fatal(err)
		}
		got := again.FramePair([]uint32{1}, []uint32{2})
		if want := []uint32{5, 1, 7, 8, 2, 7, 8}; string(encoded(got)) != string(encoded(want)) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		bare, err := tok.Framed(nil, nil)
		if err != nil || len(bare.Frame([]uint32{1})) != 1 {
			t.Errorf("%s: a frame was not taken away (%v)", name, err)
		}
		if plain := family(t, name); tok.Sum() != plain.Sum() || again.Sum() != plain.Sum() {
			t.Errorf("%s: another frame has another sum", name)
		}
		if sums[tok.Sum()] != "" {
			t.Errorf("%s and %s have one sum", name, sums[tok.Sum()])
		}
		sums[tok.Sum()] = name
		if _, err := tok.Framed([]uint32{1 << 20}, nil); err == nil {
			t.Errorf("%s: framed by a token that is none", name)
		}
	}
}
