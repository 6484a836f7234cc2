package trainer

import (
	"slices"

	"corpus"
)

// Text turns prompts into ids and ids into text. A tokenize.Encoder and a
// tokenize.Tokenizer embedded in one struct are one.
type Text interface {
	// EncodePrompt appends the ids of a prompt, in which reserved tokens may be
	// written out ("<mask>").
	EncodePrompt(dst []uint32, prompt string) []uint32
	Decode(ids []uint32, skipSpecials bool) (string, error)
}

// Writer generates text with a model.
type Writer struct {
	Model   Model
	Config  Config
	Special Special
	Text    Text
}

// Write continues or answers a prompt. For t5 a prompt without a sentinel gets
// <extra_id_0> at its end: what follows is what the model was trained to give.
// emit is called with each new piece of whole characters; it may be nil. g.Ban
// nil bans the reserved tokens that the model has no reason to write.
func (w Writer) Write(prompt string, g Generation, emit func(string) error) (text string, written []int32, err error) {
	ids := w.encode(prompt)
	if w.Config.Family == "t5" && len(w.Special.Sentinels) > 0 && !slices.ContainsFunc(ids, w.isSentinel) {
		ids = append(ids, w.Special.Sentinels[0])
	}
	if g.Ban == nil {
		g.Ban = w.Special.ban(w.Config)
	}
	p := pieces{text: w.Text}
	show := func(piece string, err error) error {
		if err != nil || piece == "" || emit == nil {
			return err
		}
		return emit(piece)
	}
	written, err = Generate(w.Model, w.Config, ids, g, func(id int32) error { return show(p.add(uint32(id))) })
	if err == nil {
		err = show(p.rest())
	}
	if err == nil {
		text, err = w.Text.Decode(p.ids, false)
	}
	return text, written, err
}

func (w Writer) isSentinel(id int32) bool { return slices.Contains(w.Special.Sentinels, id) }

// ban is the tokens that a model has no reason to write, by ascending id. That
// which begins an answer is not among them: transformers would ban it there, too.
func (s Special) ban(c Config) []int32 {
	list := []int32{s.Pad, s.Unk, s.CLS, s.SEP, s.Mask}
	if int(s.BOS) != c.first() {
		list = append(list, s.BOS)
	}
	if c.Family != "t5" {
		list = append(list, s.Sentinels...)
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(id int32) bool { return id < 0 || id == s.EOS })
}

func (w Writer) encode(prompt string) []int32 {
	raw := w.Text.EncodePrompt(nil, prompt)
	ids := make([]int32, len(raw))
	for i, id := range raw {
		ids[i] = int32(id)
	}
	return ids
}

// Filled is a text with its masks filled by the most likely words.
type Filled struct {
	Text  string   `json:"text"`
	Masks [][]Word `json:"masks"` // for each mask in order, most likely first
}

// Word is a candidate for a mask.
type Word struct {
	Text string  `json:"text"`
	P    float64 `json:"p"`
}

// Fill fills every mask with the most likely word and gives the best k words for
// each.
func (w Writer) Fill(prompt string, k int) (Filled, error) {
	if k < 1 {
		return Filled{}, corpus.Errorf(corpus.Usage, "%d candidates for a mask; want at least 1", k)
	}
	ids := w.encode(prompt)
	blanks, err := FillMask(w.Model, w.Config, w.Special, ids, k)
	if err != nil {
		return Filled{}, err
	}
	var f Filled
	out := make([]uint32, len(ids))
	for i, id := range ids {
		out[i] = uint32(id)
	}
	for _, b := range blanks {
		var words []Word
		for _, c := range b.Candidates {
			text, err := w.Text.Decode([]uint32{uint32(c.ID)}, false)
			if err != nil {
				return f, err
			}
			words = append(words, Word{text, c.P})
		}
		f.Masks = append(f.Masks, words)
		if len(b.Candidates) > 0 {
			out[b.Position] = uint32(b.Candidates[0].ID)
		}
	}
	f.Text, err = w.Text.Decode(out, false)
	return f, err
}
