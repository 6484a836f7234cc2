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
		Description: "clm continues the prompt, span writes what stands for <extra_id_0>, <extra_id_1>, …,\ndenoise writes the text with something for every <mask>, mlm fills every <mask> ([MASK] is understood too). " +
			"A Hugging Face model folder under runs/ works as well.",
		Flags: generateFlags(),
		Action: func(c *cli.Context) error {
			g, err := generation(c)
			if err != nil {
				return err
			}
			w, err := a.open(c)
			if err != nil {
				return err
			}
			prompt, err := readPrompt(c)
			if err != nil {
				return err
			}
			return w.generate(c.String("run"), prompt, c.String("device"), g, c.Int("candidates"))
		},
	}
}

func generateFlags() []cli.Flag {
	return commonFlags(
		&cli.StringFlag{Name: "run", Usage: "`NAME` under runs/"},
		&cli.StringFlag{Name: "prompt", Usage: "`TEXT` to begin with; - reads standard input"},
		&cli.IntFlag{Name: "max-new", Usage: "at most `N` tokens", Value: 128},
		&cli.Float64Flag{Name: "temperature", Usage: "`T` divides the logits; 0: always the most likely token (default: 0, or 1 with --top-k or --top-p)"},
		&cli.IntFlag{Name: "top-k", Usage: "choose among the `K` most likely tokens; 0: all"},
		&cli.Float64Flag{Name: "top-p", Usage: "choose among the most likely tokens that reach `P` together; 0: all"},
		&cli.Uint64Flag{Name: "seed", Usage: "`N` of the draws"},
		&cli.IntFlag{Name: "candidates", Usage: "`N` tokens shown for each mask", Value: 5},
		&cli.IntFlag{Name: "workers", Usage: "threads `N`; 0: all cores", EnvVars: []string{"CORPUS_WORKERS"}},
		&cli.StringFlag{Name: "device", Usage: "`cpu`, cuda or cuda:1", EnvVars: []string{"CORPUS_DEVICE"}},
	)
}

// generation reads the flags that say what to generate.
func generation(c *cli.Context) (trainer.Generation, error) {
	g := trainer.Generation{MaxNew: c.Int("max-new"), Sampling: trainer.Sampling{
		Temperature: c.Float64("temperature"), TopK: c.Int("top-k"), TopP: c.Float64("top-p"), Seed: c.Uint64("seed"),
	}}
	if !c.IsSet("temperature") && (g.TopK > 0 || g.TopP > 0) {
		g.Temperature = 1
	}
	if !c.IsSet("run") || !c.IsSet("prompt") {
		return g, &corpus.Error{Class: corpus.Usage, What: "generate wants --run and --prompt", Offset: -1, Next: "see `corpus generate --help`"}
	}
	if err := checkRunName(corpus.Usage, c.String("run")); err != nil {
		return g, err
	}
	return g, positive(c, "max-new", "candidates")
}

// maxPrompt is the longest prompt read from standard input, in bytes.
const maxPrompt = 1 << 20

// readPrompt is the prompt of the flag, or standard input without its last line
// ends.
func readPrompt(c *cli.Context) (string, error) {
	prompt := c.String("prompt")
	if prompt != "-" {
		return prompt, nil
	}
	b, err := io.ReadAll(io.LimitReader(c.App.Reader, maxPrompt+1))
	if err == nil && len(b) > maxPrompt {
		err = corpus.Errorf(corpus.Usage, "the prompt on standard input has more than %d bytes", maxPrompt)
	}
	return strings.TrimRight(string(b), "\n"), err
}

func (w *workspace) generate(run, prompt, device string, g trainer.Generation, candidates int) (err error) {
	dir := filepath.Join(w.dir, "runs", run)
	folder, err := trainer.OpenFolder(w.fs, dir)
	if err != nil {
		return err
	}
	tok, err := w.folderTokenizer(dir)
	if err != nil {
		return err
	}
	model, err := newModel(folder.Config, w.threads(), device, "", false)
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
	writer := trainer.Writer{Model: model, Config: folder.Config, Special: specialIDs(tok), Text: prompter{tok, tok.NewEncoder()}}
	if folder.Config.Stacks() == trainer.EncoderOnly {
		return w.fill(writer, masked(prompt, tok), candidates)
	}
	return w.write(writer, prompt, g)
}

// prompter is the tokenizer as a [trainer.Text].
type prompter struct {
	*tokenize.Tokenizer
	*tokenize.Encoder
}

// masked writes the mask of a prompt as the tokenizer does.
func masked(prompt string, tok *tokenize.Tokenizer) string {
	mask := tok.Roles().Mask
	return strings.NewReplacer("<mask>", mask, "[MASK]", mask).Replace(prompt)
}

// write prints the text as it comes, after the prompt where it continues that.
func (w *workspace) write(writer trainer.Writer, prompt string, g trainer.Generation) error {
	if w.json {
		text, ids, err := writer.Write(prompt, g, nil)
		if err != nil {
			return err
		}
		return json.NewEncoder(w.out).Encode(map[string]any{"type": "summary", "prompt": prompt, "text": text, "ids": ids})
	}
	before := ""
	if writer.Config.Stacks() == trainer.DecoderOnly {
		before = prompt // shown with the first piece: not before a refusal
	}
	_, _, err := writer.Write(prompt, g, func(piece string) error {
		_, err := fmt.Fprint(w.out, before, piece)
		before = ""
		return err
	})
	if err == nil {
		fmt.Fprintln(w.out, before)
	}
	return err
}

// fill prints the text with the best candidate in every mask, then all of them.
func (w *workspace) fill(writer trainer.Writer, prompt string, candidates int) error {
	f, err := writer.Fill(prompt, candidates)
	if err != nil {
		return err
	}
	if w.json {
		return json.NewEncoder(w.out).Encode(map[string]any{"type": "summary", "prompt": prompt, "text": f.Text, "masks": f.Masks})
	}
	fmt.Fprintln(w.out, f.Text)
	for i, words := range f.Masks {
		var parts []string
		for _, word := range words {
			parts = append(parts, fmt.Sprintf("%q %.1f %%", word.Text, 100*word.P))
		}
		fmt.Fprintf(w.out, "  mask %d: %s\n", i+1, strings.Join(parts, ", "))
	}
	return nil
}
