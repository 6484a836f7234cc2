package tokenize

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"corpus/tokenize/normal"
	"corpus/tokenize/split"
)

// Added is a token that is found in a text before the model sees it.
type Added struct {
	ID      uint32
	Content string
	// SingleWord: the token is found only where no letter or digit is beside it.
	SingleWord bool
	// LStrip and RStrip: the token takes the white space before or after it
	// with it when it is found.
	LStrip, RStrip bool
	// Normalized: the token is looked for after those that are not, in what
	// they leave, normalized as that is (Hugging Face's two passes).
	Normalized bool
	// Special: the token is a mark, which the text of a document never becomes
	// and decoding may leave out.
	Special bool
}

// stands says whether an added token that was found may stand there: one that
// wants to be a single word has no letter at its sides.
func (a *Added) stands(text string, start, end int) bool {
	if !a.SingleWord {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return (start == 0 || !split.InWord(before)) && (end == len(text) || !split.InWord(after))
}

// reach gives where what an added token takes of a text begins and ends, with
// the white space that it strips.
func (a *Added) reach(text string, start, end int) (int, int) {
	if a.LStrip {
		start = len(strings.TrimRightFunc(text[:start], unicode.IsSpace))
	}
	if a.RStrip {
		end = len(text) - len(strings.TrimLeftFunc(text[end:], unicode.IsSpace))
	}
	return start, end
}

// readAdded reads the field "added_tokens" of a tokenizer.json, by id.
func readAdded(raw json.RawMessage) ([]Added, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil && !isNull(raw) {
		return nil, fmt.Errorf("added_tokens: has to be a list")
	}
	if len(items) > MaxAdded {
		return nil, fmt.Errorf("added_tokens: %d, allowed are %d", len(items), MaxAdded)
	}
	list, taken := make([]Added, len(items)), make(map[string]bool, len(items))
	for i, item := range items {
		a := &list[i]
		if err := a.read(item); err != nil {
			return nil, fmt.Errorf("added_tokens[%d]%w", i, err)
		}
		switch {
		case taken[a.Content]:
			return nil, fmt.Errorf("added_tokens[%d].content: %q is listed twice", i, a.Content)
		case i > 0 && a.ID <= list[i-1].ID:
			return nil, fmt.Errorf("added_tokens[%d].id: %d comes behind %d", i, a.ID, list[i-1].ID)
		}
		taken[a.Content] = true
	}
	return list, nil
}

func (a *Added) read(raw json.RawMessage) error {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &fields); err != nil || isNull(raw) {
		return fmt.Errorf(": has to be an object")
	}
	for _, f := range []struct {
		name string
		to   any
	}{
		{"id", &a.ID},
		{"content", &a.Content},
		{"single_word", &a.SingleWord},
		{"lstrip", &a.LStrip},
		{"rstrip", &a.RStrip},
		{"normalized", &a.Normalized},
		{"special", &a.Special},
	} {
		if err := normal.Field(fields, f.name, f.to); err != nil {
			return fmt.Errorf(".%w", err)
		}
	}
	if a.Content == "" || len(a.Content) > MaxAddedBytes {
		return fmt.Errorf(".content: %d bytes, allowed are 1 to %d", len(a.Content), MaxAddedBytes)
	}
	return nil
}

// MarshalJSON writes the token as tokenizer.json has it.
func (a Added) MarshalJSON() ([]byte, error) {
	return normal.Encode(struct {
		ID         uint32 `json:"id"`
		Content    string `json:"content"`
		SingleWord bool   `json:"single_word"`
		LStrip     bool   `json:"lstrip"`
		RStrip     bool   `json:"rstrip"`
		Normalized bool   `json:"normalized"`
		Special    bool   `json:"special"`
	}(a))
}
