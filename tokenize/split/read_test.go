package split

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestReadErrors(t *testing.T) {
	deep := strings.Repeat(`{"type":"Sequence","pretokenizers":[`, MaxDepth+1) + `{"type":"Whitespace"}` + strings.Repeat("]}", MaxDepth+1)
	many := `{"type":"Sequence","pretokenizers":[` + strings.Repeat(`{"type":"Whitespace"},`, MaxStages) + `{"type":"Whitespace"}]}`
	byteLevel := `{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}`
	for config, want := range map[string]string{
		`{`:                         "pre_tokenizer: unexpected end of JSON input",
		`[]`:                        "pre_tokenizer: json: cannot unmarshal array",
		`{}`:                        "pre_tokenizer (): it has no type",
		`{"type":"Sentences"}`:      "pre_tokenizer (Sentences): this type is not known",
		`{"type":"UnicodeScripts"}`: "pre_tokenizer (UnicodeScripts): this type is not supported",
		`{"type":"Sequence"}`:       "pre_tokenizer: a Sequence without pretokenizers",
		`{"type":"ByteLevel"}`:      "add_prefix_space or trim_offsets is missing",
		`{"type":"Digits"}`:         "individual_digits is missing",
		`{"type":"Digits","individual_digits":1}`:                                                  "cannot unmarshal number",
		`{"type":"Punctuation","behavior":"isolated"}`:                                             `"isolated" is no behavior`,
		`{"type":"CharDelimiterSplit","delimiter":"ab"}`:                                           "delimiter: not one character",
		`{"type":"FixedLength","length":0}`:                                                        "length: not a positive number",
		`{"type":"Metaspace"}`:                                                                     "replacement: not one character",
		`{"type":"Metaspace","replacement":"▁","prepend_scheme":"on"}`:                             `"on" is no prepend_scheme`,
		`{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","add_prefix_space":false}`: "add_prefix_space: not what prepend_scheme says",
		`{"type":"Split","behavior":"Isolated","invert":false}`:                                    "pattern, behavior or invert is missing",
		splitConfig(`a`, "String", "Regex"):                                                        "pattern: not one of String and Regex",
		splitConfig(`(a`, "Regex"):                                                                 `pattern: a group without ) at byte 2 of "(a"`,
		splitConfig(`(?m:.)`, "Regex"):                                                             `this kind of group is not supported at byte 2`,
		splitConfig(`a)`, "Regex"):                                                                 `unmatched ) at byte 1`,
		splitConfig(`[a`, "Regex"):                                                                 `unexpected end at byte 2`,
		splitConfig(`[[:alpha:]]`, "Regex"):                                                        `':' first in brackets is not supported`,
		splitConfig(`^a`, "Regex"):                                                                 `'^' is not supported here`,
		splitConfig(`\bx`, "Regex"):                                                                `\b is not supported`,
		splitConfig(`(.)\1`, "Regex"):                                                              `\1 is not supported`,
		splitConfig(`\p{Klingon}`, "Regex"):                                                        `\p{Klingon} is not supported`,
		splitConfig(`(?i:ß)`, "Regex"):                                                             "runes beyond ASCII in any case are not supported",
		splitConfig(`(?i:miss)`, "Regex"):                                                          `"ss" in any case is not supported`,
		splitConfig(`(?:a*)*`, "Regex"):                                                            "a repeated group that may be empty",
		splitConfig(`(?<=a*)b`, "Regex"):                                                           "a look-behind of no fixed length",
		splitConfig(`a{1001}`, "Regex"):                                                            "{ is not a quantifier",
		splitConfig(`(?:a{1000}){1000}`, "Regex"):                                                  "the regular expression is too large",
		splitConfig(strings.Repeat("(", 100), "Regex"):                                             "groups too deep",
		splitConfig(strings.Repeat("[", 100), "Regex"):                                             "brackets too deep",
		splitConfig(strings.Repeat("a", 1<<15), "String"):                                          "pattern: longer than",
		deep:                             "Sequences more than 8 deep",
		many:                             "pre_tokenizer.pretokenizers[64]: more than 64 pre-tokenizers",
		sequenceOf(byteLevel, byteLevel): "pre_tokenizer.pretokenizers[1] (ByteLevel): behind a ByteLevel",
		sequenceOf(byteLevel, `{"type":"Metaspace","replacement":"▁"}`): "pre_tokenizer.pretokenizers[1] (Metaspace): behind a ByteLevel",
	} {
		_, _, err := Read(json.RawMessage(config))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Read(%.80s) says %v, want %q", config, err, want)
		}
	}
}

func splitConfig(pattern string, kinds ...string) string {
	p := map[string]string{}
	for _, kind := range kinds {
		p[kind] = pattern
	}
	out, _ := json.Marshal(map[string]any{"type": "Split", "pattern": p, "behavior": "Isolated", "invert": false})
	return string(out)
}

func sequenceOf(parts ...string) string {
	return fmt.Sprintf(`{"type":"Sequence","pretokenizers":[%s]}`, strings.Join(parts, ","))
}

// TestReadCutters: what the known families configure is read as a Cutter of a
// concrete type, and ByteLevel is told.
func TestReadCutters(t *testing.T) {
	want := map[string]string{
		"gpt2": "split.GPT2", "r50k": "split.GPT2", "llama3": "*split.GPT4", "cl100k-removed": "*split.GPT4", "cl100k-tail": "*split.GPT4",
		"qwen2": "*split.GPT4", "qwen3.5": "*split.GPT4", "lfm2": "*split.GPT4", "glm4": "*split.GPT4", "bailing": "*split.GPT4",
		"o200k": "*split.GPT4o", "o200k-spelled": "*split.GPT4o", "tekken": "*split.GPT4o", "bloom": "split.BLOOM", "deepseek": "split.DeepSeek",
		"kimi": "split.delimited", "bert": "split.classRuns",
	}
	for _, c := range readGolden(t).Configs {
		s, byteLevel, err := Read(c.Config)
		if err != nil {
			t.Fatal(err)
		}
		if byteLevel != strings.Contains(string(c.Config), "ByteLevel") {
			t.Errorf("%s: byteLevel is %v", c.Name, byteLevel)
		}
		if got := fmt.Sprintf("%T", s); want[c.Name] != "" && got != want[c.Name] {
			t.Errorf("%s is a %s, want %s", c.Name, got, want[c.Name])
		}
	}
	for _, null := range []string{"", "null", " null\n"} {
		if s, _, err := Read(json.RawMessage(null)); s != nil || err != nil {
			t.Errorf("Read(%q) = %v, %v", null, s, err)
		}
	}
}

// TestLegacyMetaspace: files of before prepend_scheme say add_prefix_space.
func TestLegacyMetaspace(t *testing.T) {
	for config, want := range map[string]string{
		`{"type":"Metaspace","replacement":"▁","str_rep":"▁","add_prefix_space":true}`:  "▁a ▁b",
		`{"type":"Metaspace","replacement":"▁","str_rep":"▁","add_prefix_space":false}`: "a ▁b",
	} {
		s, _, err := Read(json.RawMessage(config))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.Append(nil, "a b", false), " "); got != want {
			t.Errorf("%s cuts %q, want %q", config, got, want)
		}
	}
}

// FuzzRead: what is read cuts any text, and a Cutter cuts all of it, the same
// way from any of its boundaries.
func FuzzRead(f *testing.F) {
	for _, c := range readGolden(f).Configs {
		f.Add(string(c.Config), " It's 12345\r\n\n 日本 ÅNGSTRÖM\u0301  ")
	}
	f.Fuzz(func(t *testing.T, config, text string) {
		s, _, err := Read(json.RawMessage(config))
		if err != nil || s == nil {
			return
		}
		text = strings.ToValidUTF8(text, "\ufffd")
		words := s.Append(nil, text, true)
		if slices.Contains(words, "") {
			t.Fatalf("%q has an empty word: %q", text, words)
		}
		c, ok := s.(Cutter)
		if ok && !slices.Equal(words, appendCuts(nil, c, text)) {
			t.Fatalf("%q is cut %q by Append, otherwise by End", text, words)
		}
		if ok && strings.Join(words, "") != text {
			t.Fatalf("%q became %q", text, words)
		}
	})
}
