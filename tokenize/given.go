package tokenize

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"corpus"
)

// Given is a tokenizer from elsewhere, used as it is.
type Given struct {
	Sum  string     // SHA-256 of what is written of it
	file []byte     // tokenizer.json
	tok  *Tokenizer // with its roles
}

// Give makes a Given of a tokenizer.
func Give(t *Tokenizer) *Given {
	g := &Given{file: t.JSON(), tok: t}
	sum := sha256.Sum256(append(t.ConfigJSON(0), g.file...))
	g.Sum = hex.EncodeToString(sum[:])
	return g
}

// GivenConfig is that of a stage which trains nothing.
func GivenConfig(g *Given, bytes int64) Config {
	return Config{Given: g, Sizes: []int{g.tok.Size()}, Bytes: bytes}
}

// take writes the tokenizer that was given.
func (c Config) take(e corpus.Env) error {
	e.Count("vocab", int64(c.Given.tok.Size()))
	return writeFile(e, RoleTokenizer+".json", c.Given.file)
}

// configs gives the roles of the stage's tokenizer, as files.
func (c Config) configs(e corpus.Env) (config, specials []byte, err error) {
	if c.Given != nil {
		return c.Given.tok.ConfigJSON(0), c.Given.tok.SpecialTokensMapJSON(), nil
	}
	t, err := readTrained(e, RoleTokenizer)
	if err != nil {
		return nil, nil, err
	}
	return t.ConfigJSON(0), t.SpecialTokensMapJSON(), nil
}

// writeConfigs writes what transformers needs beside tokenizer.json.
func (c Config) writeConfigs(e corpus.Env) error {
	config, specials, err := c.configs(e)
	if err != nil {
		return err
	}
	if err := writeFile(e, RoleConfig+".json", config); err != nil {
		return err
	}
	return writeFile(e, RoleSpecials+".json", specials)
}

// gate refuses a tokenizer to which too much of the text is unknown.
func gate(c corpus.Counts) error {
	if unknown, tokens := c["unknown"], c["tokens"]; float64(unknown) > MaxUnknown*float64(tokens) {
		return &corpus.Error{
			Class: corpus.Refused, Offset: -1,
			What: fmt.Sprintf("%d of %d tokens are unknown (%.1f %%), allowed is %.0f %%", unknown, tokens, 100*ratio(unknown, tokens), 100*MaxUnknown),
			Next: "choose --model bpe or unigram, which spell what they do not know in bytes; a larger --vocab; or a --tokenizer for these languages",
		}
	}
	return nil
}
