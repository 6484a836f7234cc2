package tokenize

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestReadWrite: reading what was written gives the same bytes again, for our
// files and for those of others once they are in our layout.
func TestReadWrite(t *testing.T) {
	for _, name := range []string{"trained", "gpt2", "ways"} {
		tok := readFile(t, "testdata/"+name+".json")
		again, err := Read(tok.JSON())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(tok.JSON(), again.JSON()) {
			t.Errorf("%s changes when it is written and read", name)
		}
	}
}

// TestReadRefuses: each change to a good file is refused with its reason.
func TestReadRefuses(t *testing.T) {
	tok := readFile(t, "testdata/trained.json")
	good := string(tok.JSON())
	for _, c := range []struct{ old, new, why string }{
		{good, "", "byte 0 of 0, line 1: the file ends early"},
		{good, "[]", "not a tokenizer"},
		{"\"added_tokens\"", "\"added_tokens", "line 6: invalid character"},
		{`"1.0"`, `"2.0"`, `version: "2.0"`},
		{`"version": "1.0",`, "", "version: missing"},
		{`"normalizer": null`, `"normalizer": {"type": "nfc"}`, `normalizer.type: "nfc"`},
		{`"pre_tokenizer": {"type":"ByteLevel"`, `"pre_tokenizer": {"type":"Metaspace"`, `pre_tokenizer (Metaspace): replacement`},
		{`"pre_tokenizer": {"type":"ByteLevel"`, `"pre_tokenizer": {"type":"UnicodeScripts"`, `UnicodeScripts`},
		{`"post_processor": {"type":"ByteLevel"`, `"post_processor": {"type":"TemplateProcessing"`, `post_processor.special_tokens: is missing`},
		{`"post_processor": {"type":"ByteLevel"`, `"post_processor": {"type":"Other"`, `post_processor.type: "Other"`},
		{`"decoder": {"type":"ByteLevel"`, `"decoder": {"type":"WordPiece"`, `decoder.prefix: is missing`},
		{`"type":"BPE"`, `"type":"Unigram"`, `model`},
		{`"type":"BPE"`, `"type":"WordLevel"`, `model.type: "WordLevel"`},
		{`"model": {`, `"model": null, "other": {`, `model: is null`},
		{`"dropout":null`, `"dropout":0.1`, "model.dropout"},
		{`"content":"<s>","single_word":false`, `"content":"<s>"`, "added_tokens[1].single_word: is missing"},
		{`"content":"<s>","single_word":false`, `"content":"<s>","single_word":1`, "added_tokens[1].single_word"},
		{`{"id":1,"content":"<s>"`, `{"id":-1,"content":"<s>"`, `added_tokens[1].id`},
		{`{"id":1,"content":"<s>"`, `{"id":5,"content":"<s>"`, `added_tokens[2].id: 2 comes behind 5`},
		{`{"id":1,"content":"<s>"`, `{"id":1,"content":"<pad>"`, "listed twice"},
		{`{"id":1,"content":"<s>"`, `{"id":1,"content":""`, "0 bytes"},
		{`{"id":1,"content":"<s>"`, `{"id":1,"content":"<t>"`, `added_tokens[1].id: "<t>" has id 1, where the vocabulary gives it 1000`},
		{`"!":107`, `"!":108`, "model.vocab"},
		{`"!":107`, `"!":-1`, "model"},
		{`"!":107`, `"!":2097152`, "model.vocab"},
		{`"merges":[`, `"merges":["q q",`, "model.merges[0]"},
		{`"merges":[`, `"merges":["qq",`, "two tokens with a space"},
		{`"merges":[`, `"merges":[["a","b","c"],`, "not a pair"},
		{`"merges":[`, `"merges":[7,`, "not a pair"},
	} {
		changed := strings.Replace(good, c.old, c.new, 1)
		if changed == good {
			t.Fatalf("%.60q is not in the file", c.old)
		}
		_, err := Read([]byte(changed))
		if err == nil || !strings.Contains(err.Error(), c.why) || !strings.HasPrefix(err.Error(), "tokenizer.json: ") {
			t.Errorf("%.60q: error %v, want one about %q", c.new, err, c.why)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"gpt2", "ways"} {
		data, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, file := range tinies(f) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"version":"1.0","added_tokens":[null],"model":{"type":"BPE","vocab":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := Read(data)
		if err != nil {
			return
		}
		const text = "it's  <mask>\xff 日本 <|endoftext|>"
		for _, ids := range [][]uint32{tok.NewEncoder().Encode(nil, text), tok.NewEncoder().EncodePrompt(nil, text)} {
			if _, err := tok.Decode(ids, true); err != nil {
				t.Error(err)
			}
		}
		if _, err := Read(tok.JSON()); err != nil {
			t.Errorf("written, it is refused: %v", err)
		}
	})
}

// TestConfig: every role names its reserved token.
func TestConfig(t *testing.T) {
	tok := readFile(t, "testdata/trained.json")
	var c map[string]any
	if err := json.Unmarshal(tok.ConfigJSON(2048), &c); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 2048.0, "clean_up_tokenization_spaces": false,
		"bos_token": Bos, "eos_token": Eos, "unk_token": Unk, "pad_token": Pad,
		"cls_token": Cls, "sep_token": Sep, "mask_token": Mask,
	} {
		if c[key] != want {
			t.Errorf("%s is %v, want %v", key, c[key], want)
		}
	}
	if list, _ := c["additional_special_tokens"].([]any); len(list) != Sentinels || list[99] != Sentinel(99) {
		t.Errorf("sentinels: %v", list)
	}
	var m map[string]any
	if err := json.Unmarshal(tok.SpecialTokensMapJSON(), &m); err != nil || m["mask_token"] != Mask {
		t.Errorf("special_tokens_map.json: %v (%v)", m, err)
	}
}
