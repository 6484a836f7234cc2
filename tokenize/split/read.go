package split

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Read reads the field "pre_tokenizer" of a tokenizer.json. The Splitter is nil
// where the field is null: the whole text is one word. byteLevel says that the
// model's tokens are written in ByteLevel's characters; they are bytes of the
// words here. Words are those of tokenizers 0.23.3; what is not cut as it does is an
// error.
func Read(raw json.RawMessage) (s Splitter, byteLevel bool, err error) {
	if raw = bytes.TrimSpace(raw); len(raw) == 0 || string(raw) == "null" {
		return nil, false, nil
	}
	var r reader
	if err := r.read(raw, "pre_tokenizer", 0); err != nil {
		return nil, false, err
	}
	return r.splitter(), r.bytes, nil
}

// reader gathers the stages of nested Sequences in order.
type reader struct {
	stages []stage
	exprs  []string // the regular expressions of the stages that are isolated Splits
	bytes  bool     // there was a ByteLevel
	behind int      // how many stages come before its end
}

// object is a pre-tokenizer of any type.
type object struct {
	Type           string            `json:"type"`
	PreTokenizers  []json.RawMessage `json:"pretokenizers"`
	AddPrefixSpace *bool             `json:"add_prefix_space"`
	TrimOffsets    *bool             `json:"trim_offsets"`
	UseRegex       *bool             `json:"use_regex"`
	Behavior       *behavior         `json:"behavior"`
	Individual     *bool             `json:"individual_digits"`
	Pattern        *struct {
		String *string
		Regex  *string
	} `json:"pattern"`
	Invert      *bool   `json:"invert"`
	Replacement *string `json:"replacement"`
	Scheme      *scheme `json:"prepend_scheme"`
	Split       *bool   `json:"split"`
	Delimiter   *string `json:"delimiter"`
	Length      *int    `json:"length"`
}

func (r *reader) read(raw json.RawMessage, path string, depth int) error {
	var o object
	if err := json.Unmarshal(raw, &o); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if o.Type == "Sequence" {
		return r.sequence(o, path, depth)
	}
	if len(r.stages) == MaxStages {
		return fmt.Errorf("%s: more than %d pre-tokenizers", path, MaxStages)
	}
	if err := r.add(o); err != nil {
		return fmt.Errorf("%s (%s): %w", path, o.Type, err)
	}
	return nil
}

func (r *reader) sequence(o object, path string, depth int) error {
	if o.PreTokenizers == nil {
		return fmt.Errorf("%s: a Sequence without pretokenizers", path)
	}
	if depth == MaxDepth {
		return fmt.Errorf("%s: Sequences more than %d deep", path, MaxDepth)
	}
	for i, raw := range o.PreTokenizers {
		if err := r.read(raw, fmt.Sprintf("%s.pretokenizers[%d]", path, i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) add(o object) error {
	if o.Type == "ByteLevel" {
		return r.byteLevel(o)
	}
	s, expr, err := o.stage()
	if err != nil {
		return err
	}
	if _, rewrites := s.(metaspace); rewrites && r.bytes {
		return errors.New("behind a ByteLevel, whose characters it would change")
	}
	r.stages = append(r.stages, s)
	r.exprs = append(r.exprs, expr)
	return nil
}

func (r *reader) byteLevel(o object) error {
	if o.AddPrefixSpace == nil || o.TrimOffsets == nil {
		return errors.New("add_prefix_space or trim_offsets is missing")
	}
	if r.bytes {
		return errors.New("behind a ByteLevel, whose characters it would take for text")
	}
	b := byteLevel{space: *o.AddPrefixSpace, cut: o.UseRegex == nil || *o.UseRegex}
	switch {
	case b.space:
		r.stages, r.exprs = append(r.stages, b), append(r.exprs, "")
	case b.cut:
		r.stages, r.exprs = append(r.stages, cuts{Cutter: GPT2{}}), append(r.exprs, "")
	}
	r.bytes, r.behind = true, len(r.stages)
	return nil
}

// splitter makes one of the stages: a Cutter where it can be.
func (r *reader) splitter() Splitter {
	if r.bytes && r.behind < len(r.stages) {
		return behindBytes{r.stages[:r.behind], r.stages[r.behind:]}
	}
	if slices.Equal(r.exprs, deepSeekExprs) {
		return DeepSeek{}
	}
	if len(r.stages) != 1 {
		return sequence(r.stages)
	}
	if c, ok := r.stages[0].(cuts); ok {
		return c.Cutter
	}
	return r.stages[0]
}

// stage makes a pre-tokenizer that is not a Sequence or ByteLevel; expr is its
// regular expression if it is an isolated Split.
func (o object) stage() (s stage, expr string, err error) {
	switch o.Type {
	case "BertPreTokenizer":
		return classRuns{table: bertTable(), drop: space, single: symbol}, "", nil
	case "Whitespace":
		return classRuns{table: wordTable(), drop: space}, "", nil
	case "WhitespaceSplit":
		return classRuns{table: blankTable(), drop: space}, "", nil
	case "Punctuation":
		return o.punctuation(), "", nil
	case "Digits":
		s, err = o.digits()
	case "Split":
		return o.split()
	case "Metaspace":
		s, err = o.metaspace()
	case "CharDelimiterSplit":
		s, err = o.delimiter()
	case "FixedLength":
		s, err = o.fixedLength()
	case "UnicodeScripts":
		err = errors.New("this type is not supported")
	case "":
		err = errors.New("it has no type")
	default:
		err = errors.New("this type is not known")
	}
	return s, "", err
}

func (o object) punctuation() stage {
	t := bertTable()
	b := isolated
	if o.Behavior != nil {
		b = *o.Behavior
	}
	return delimited{pattern: runes{t, symbol}, behavior: b}
}

func (o object) digits() (stage, error) {
	if o.Individual == nil {
		return nil, errors.New("individual_digits is missing")
	}
	c := classCuts{classRuns{table: numericTable()}}
	if *o.Individual {
		c.single = number
	}
	return cuts{Cutter: c}, nil
}

func (o object) split() (stage, string, error) {
	if o.Behavior == nil || o.Invert == nil || o.Pattern == nil {
		return nil, "", errors.New("pattern, behavior or invert is missing")
	}
	d := delimited{behavior: *o.Behavior, invert: *o.Invert}
	p := o.Pattern
	switch {
	case (p.String == nil) == (p.Regex == nil):
		return nil, "", errors.New("pattern: not one of String and Regex")
	case p.String != nil:
		d.pattern = literal(*p.String)
		return d, "", checkLength(*p.String)
	}
	if err := checkLength(*p.Regex); err != nil {
		return nil, "", err
	}
	var ok bool
	if d.pattern, ok = known(*p.Regex); !ok {
		var err error
		if d.pattern, err = compile(*p.Regex); err != nil {
			return nil, "", fmt.Errorf("pattern: %w", err)
		}
	}
	expr := ""
	if d.behavior == isolated {
		expr = *p.Regex
	}
	if c, ok := d.cutter(); ok {
		return cuts{Cutter: c}, expr, nil
	}
	return d, expr, nil
}

// cutter gives the Cutter that a Split is if it leaves nothing out.
func (d delimited) cutter() (Cutter, bool) {
	switch p := d.pattern.(type) {
	case all:
		return p.Cutter, d.behavior == isolated || d.behavior == removed && d.invert
	case BLOOM:
		return p, d.behavior == isolated
	}
	return nil, false
}

func checkLength(pattern string) error {
	if len(pattern) > MaxPatternBytes {
		return fmt.Errorf("pattern: longer than %d bytes", MaxPatternBytes)
	}
	return nil
}

func (o object) metaspace() (stage, error) {
	if o.Replacement == nil || utf8.RuneCountInString(*o.Replacement) != 1 {
		return nil, errors.New("replacement: not one character")
	}
	m := metaspace{mark: *o.Replacement, split: o.Split == nil || *o.Split}
	if o.Scheme != nil {
		m.scheme = *o.Scheme
	}
	if o.AddPrefixSpace != nil && !*o.AddPrefixSpace { // the older way to say it
		if o.Scheme != nil && m.scheme != schemeNever {
			return nil, errors.New("add_prefix_space: not what prepend_scheme says")
		}
		m.scheme = schemeNever
	}
	return m, nil
}

func (o object) delimiter() (stage, error) {
	if o.Delimiter == nil || utf8.RuneCountInString(*o.Delimiter) != 1 {
		return nil, errors.New("delimiter: not one character")
	}
	r, _ := utf8.DecodeRuneInString(*o.Delimiter)
	return classRuns{table: delimiterTable(r), drop: space}, nil
}

func (o object) fixedLength() (stage, error) {
	n := 5
	if o.Length != nil {
		n = *o.Length
	}
	if n < 1 {
		return nil, errors.New("length: not a positive number")
	}
	return cuts{Cutter: fixedLength(n)}, nil
}
