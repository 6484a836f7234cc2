package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"corpus"
	"corpus/tokenize"
	"corpus/trainer"

	"github.com/urfave/cli/v2"
)

func (a *app) generateCommand() *cli.Command {
	return &cli.Command{
		Name: "generate", Usage: "use a trained model: continue a prompt token by token, or fill in <mask>",
		Description: "clm continues the prompt, span writes what stands for <extra_id_0>, <extra_id_1>, …,\nmlm fills every <mask> ([MASK] is understood too).",
		Flags: commonFlags(
			&cli.StringFlag{Name: "run", Usage: "`NAME` under runs/"},
			&cli.StringFlag{Name: "prompt", Usage: "`TEXT` to begin with; - reads standard input"},
			&cli.IntFlag{Name: "max-new", Usage: "at most `N` tokens", Value: 128},
			&cli.Float64Flag{Name: "temperature", Usage: "`T` divides the logits; 0: always the most likely token"},
			&cli.IntFlag{Name: "top-k", Usage: "choose among the `K` most likely tokens; 0: all"},
			&cli.Float64Flag{Name: "top-p", Usage: "choose among the most likely tokens that reach `P` together; 0: all"},
			&cli.Uint64Flag{Name: "seed", Usage: "`N` of the draws"},
			&cli.IntFlag{Name: "candidates", Usage: "`N` tokens shown for each mask", Value: 5},
			&cli.IntFlag{Name: "workers", Usage: "threads `N`; 0: all cores", EnvVars: []string{"CORPUS_WORKERS"}},
			&cli.StringFlag{Name: "device", Usage: "`cpu`, cuda or cuda:1", EnvVars: []string{"CORPUS_DEVICE"}},
		),
		Action: func(c *cli.Context) error {
			if c.String("run") == "" || !c.IsSet("prompt") {
				return &corpus.Error{Class: corpus.Usage, What: "generate wants --run and --prompt", Offset: -1, Next: "see `corpus generate --help`"}
			}
			w, err := a.open(c)
			if err != nil {
				return err
			}
			if c.IsSet("workers") {
				w.Workers = c.Int("workers")
			}
			prompt := c.String("prompt")
			if prompt == "-" {
				b, err := io.ReadAll(io.LimitReader(c.App.Reader, maxPrompt))
				if err != nil {
					return err
				}
				prompt = strings.TrimRight(string(b), "\n")
			}
			g := trainer.Generation{MaxNew: c.Int("max-new"), Sampling: trainer.Sampling{
				Temperature: c.Float64("temperature"),
				TopK:        c.Int("top-k"), TopP: c.Float64("top-p"), Seed: c.Uint64("seed"),
			}}
			return w.generate(c.String("run"), prompt, c.String("device"), g, c.Int("candidates"))
		},
	}
}

// maxPrompt is the longest prompt read from standard input, in bytes.
const maxPrompt = 1 << 20

func (w *workspace) generate(run, prompt, device string, g trainer.Generation, candidates int) (err error) {
	dir := filepath.Join(w.dir, "runs", run)
	folder, err := trainer.OpenFolder(w.fs, dir)
	if err != nil {
		return err
	}
	tok, err := w.runTokenizer(dir, folder)
	if err != nil {
		return err
	}
	model, _, err := newModel(folder.Config, w.threads(), device)
	if err != nil {
		return err
	}
	defer func() {
		if e := model.Close(); err == nil {
			err = e
		}
	}()
	if err := model.Load(folder.Weights); err != nil {
		return err
	}
	special := specialIDs(tok)
	ids := toInt32(tok.NewEncoder().EncodePrompt(nil, strings.ReplaceAll(prompt, "[MASK]", tokenize.Mask)))
	if folder.Config.Family == "bert" {
		return w.fill(model, folder.Config, tok, special, prompt, ids, candidates)
	}
	g.Ban = []int32{special.Pad, special.Unk, special.Mask, special.CLS, special.SEP, special.BOS}
	if folder.Config.Family == "t5" {
		ids = append(ids, special.EOS)
	} else {
		g.Ban = append(g.Ban, special.Sentinels...)
	}
	return w.stream(model, folder.Config, tok, prompt, ids, g)
}

// runTokenizer is the tokenizer in the model folder; a run that is not finished
// has none yet and uses the workspace's.
func (w *workspace) runTokenizer(dir string, f *trainer.Folder) (*tokenize.Tokenizer, error) {
	if f.Step > 0 {
		_, t, err := w.tokenizer()
		return t, err
	}
	b, err := trainer.ReadFile(w.fs, dir, "tokenizer.json")
	if err != nil {
		return nil, err
	}
	return tokenize.Read(b)
}

func toInt32(ids []uint32) []int32 {
	out := make([]int32, len(ids))
	for i, id := range ids {
		out[i] = int32(id)
	}
	return out
}

// stream prints the tokens as they come.
func (w *workspace) stream(m trainer.Model, c trainer.Config, tok *tokenize.Tokenizer, prompt string, ids []int32, g trainer.Generation) error {
	text := &textStream{tok: tok}
	if !w.json && c.Family == "gpt2" {
		fmt.Fprint(w.out, prompt)
	}
	out, err := trainer.Generate(m, c, ids, g, func(id int32) error {
		if !w.json {
			fmt.Fprint(w.out, text.next(uint32(id)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !w.json {
		fmt.Fprintln(w.out, text.rest())
		return nil
	}
	all := make([]uint32, len(out))
	for i, id := range out {
		all[i] = uint32(id)
	}
	decoded, err := tok.Decode(all, false)
	if err != nil {
		return err
	}
	return json.NewEncoder(w.out).Encode(map[string]any{"type": "summary", "prompt": prompt, "text": decoded, "ids": out})
}

// textStream turns tokens into whole characters as they complete.
type textStream struct {
	tok     *tokenize.Tokenizer
	pending []byte
}

func (t *textStream) next(id uint32) string {
	t.pending = append(t.pending, t.tok.Bytes(id)...)
	n := completeRunes(t.pending)
	s := strings.ToValidUTF8(string(t.pending[:n]), "\uFFFD")
	t.pending = append(t.pending[:0], t.pending[n:]...)
	return s
}

func (t *textStream) rest() string { return strings.ToValidUTF8(string(t.pending), "\uFFFD") }

// completeRunes is the length of b without an unfinished character at its end.
func completeRunes(b []byte) int {
	for i := len(b) - 1; i >= 0 && i >= len(b)-4; i-- {
		switch {
		case b[i] < 0x80:
			return len(b)
		case b[i] >= 0xc0: // a first byte: is all of its character here?
			if need := map[bool]int{true: 4, false: 3}[b[i] >= 0xf0]; b[i] < 0xe0 && len(b)-i >= 2 || b[i] >= 0xe0 && len(b)-i >= need {
				return len(b)
			}
			return i
		}
	}
	return len(b)
}

// filled is one mask and its candidates, for --json.
type filled struct {
	Position   int             `json:"position"`
	Candidates []trainerChoice `json:"candidates"`
}

type trainerChoice struct {
	Token       string  `json:"token"`
	Probability float64 `json:"probability"`
}

// fill predicts every mask and prints the text with the best candidates in it.
func (w *workspace) fill(m trainer.Model, c trainer.Config, tok *tokenize.Tokenizer, special trainer.Special, prompt string, ids []int32, k int) error {
	blanks, err := trainer.FillMask(m, c, special, ids, max(1, k))
	if err != nil {
		return err
	}
	if len(blanks) == 0 {
		return corpus.Errorf(corpus.Usage, "the prompt has no %s to fill in", tokenize.Mask)
	}
	all := make([]uint32, len(ids))
	for i, id := range ids {
		all[i] = uint32(id)
	}
	var list []filled
	for _, b := range blanks {
		f := filled{Position: b.Position}
		for _, cand := range b.Candidates {
			f.Candidates = append(f.Candidates, trainerChoice{tok.Bytes(uint32(cand.ID)), cand.P})
		}
		all[b.Position] = uint32(b.Candidates[0].ID)
		list = append(list, f)
	}
	text, err := tok.Decode(all, true)
	if err != nil {
		return err
	}
	if w.json {
		return json.NewEncoder(w.out).Encode(map[string]any{"type": "summary", "prompt": prompt, "text": text, "masks": list})
	}
	fmt.Fprintln(w.out, text)
	for _, f := range list {
		var parts []string
		for _, cand := range f.Candidates {
			parts = append(parts, fmt.Sprintf("%q %.1f %%", cand.Token, 100*cand.Probability))
		}
		fmt.Fprintf(w.out, "  position %d: %s\n", f.Position, strings.Join(parts, ", "))
	}
	return nil
}
