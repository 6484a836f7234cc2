package trainer

import (
	"context"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"corpus"
	"corpus/internal/fsx"
	"corpus/internal/fsx/fsxtest"
)

// oneLayer is a run of one step, whose files are small.
func oneStep(t testing.TB) Job {
	t.Helper()
	j := smallJob(t, "clm", 1)
	if _, err := Run(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	return j
}

// TestCheckpointBitFlips inverts one bit of every byte of a checkpoint, of
// run.json and of the finished folder: reading and check name the file, and a
// run does not go on from it.
func TestCheckpointBitFlips(t *testing.T) {
	t.Parallel()
	j := oneStep(t)
	disk := j.FS.(*fsxtest.Mem)
	step := path.Join(j.Dir, checkpointDir, stepName(1))
	for _, name := range []string{weightsFile, optimizerFile, stateFile, manifestFile} {
		flipAll(t, disk, path.Join(step, name), func() error {
			_, _, err := readCheckpoint(disk, step)
			return err
		})
	}
	for _, name := range []string{"config.json", "generation_config.json", weightsFile, "tokenizer.json", manifestFile} {
		flipAll(t, disk, path.Join(j.Dir, name), func() error {
			_, err := OpenFolder(disk, j.Dir)
			return err
		})
	}
	flipAll(t, disk, path.Join(j.Dir, "tokenizer.json"), func() error {
		_, err := ReadTokenizer(disk, j.Dir)
		return err
	})
	flipAll(t, disk, path.Join(j.Dir, runFile), func() error {
		_, err := ReadRun(disk, j.Dir)
		return err
	})
}

func TestCheckMissesRunJSON(t *testing.T) {
	t.Parallel()
	j := oneStep(t)
	if err := j.FS.Remove(path.Join(j.Dir, runFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(j.FS, j.Dir); corpus.ClassOf(err) != corpus.Corrupt || !strings.Contains(err.Error(), runFile) {
		t.Errorf("without run.json: %v", err)
	}
}

func flipAll(t *testing.T, disk *fsxtest.Mem, name string, read func() error) {
	t.Helper()
	if err := read(); err != nil {
		t.Fatalf("%s before any flip: %v", name, err)
	}
	size, err := disk.Size(name)
	if err != nil {
		t.Fatal(err)
	}
	for at := range size {
		bit := at*8 + at%8
		disk.Flip(name, bit)
		if err := read(); corpus.ClassOf(err) != corpus.Corrupt || !strings.Contains(err.Error(), name) {
			t.Errorf("%s, byte %d of %d: %v", name, at, size, err)
		}
		if _, err := Check(disk, "runs/a"); corpus.ClassOf(err) != corpus.Corrupt || !strings.Contains(err.Error(), name) {
			t.Errorf("%s, byte %d of %d: check: %v", name, at, size, err)
		}
		disk.Flip(name, bit)
	}
}

// TestRunRefusesDamage: a flipped bit in the newest checkpoint stops a resumed
// run with the way out, which works.
func TestRunRefusesDamage(t *testing.T) {
	straight := smallJob(t, "clm", 50)
	if _, err := Run(context.Background(), straight); err != nil {
		t.Fatal(err)
	}
	want := outcome(t, straight.FS, straight)

	j := smallJob(t, "clm", 50)
	j.Make = made(killedModel{model(j).(*bigram), 45, nil})
	if _, err := Run(context.Background(), j); err == nil {
		t.Fatal("not killed")
	}
	disk, newest := j.FS.(*fsxtest.Mem), path.Join(j.Dir, checkpointDir, stepName(40))
	disk.Flip(path.Join(newest, optimizerFile), 4000)
	j.Make = made(newBigram(j.Config))
	_, err := Run(context.Background(), j)
	if corpus.ClassOf(err) != corpus.Corrupt || !strings.Contains(err.Error(), "remove "+newest) {
		t.Fatalf("%v", err)
	}
	if err := removeTree(disk, newest); err != nil {
		t.Fatal(err)
	}
	if got, err := Run(context.Background(), j); err != nil || got.Resumed != 20 {
		t.Fatalf("%+v, %v", got, err)
	}
	if outcome(t, disk, j) != want {
		t.Error("the run from the checkpoint before differs")
	}
}

// TestWayOut: what the error about damage advises is what helps.
func TestWayOut(t *testing.T) {
	j := oneStep(t)
	want := outcome(t, j.FS, j)
	disk, name := j.FS.(*fsxtest.Mem), path.Join(j.Dir, weightsFile)
	disk.Flip(name, 999)
	if _, err := OpenFolder(disk, j.Dir); err == nil || !strings.Contains(err.Error(), "run the training again: it writes the model folder anew") {
		t.Errorf("a finished run: %v", err)
	}
	if _, err := Run(context.Background(), j); err != nil || outcome(t, disk, j) != want {
		t.Errorf("the folder is not as it was: %v", err)
	}
	for _, file := range []string{runFile, path.Join(checkpointDir, stepName(1), manifestFile)} { // now it is a folder from elsewhere
		if err := disk.Remove(path.Join(j.Dir, file)); err != nil {
			t.Fatal(err)
		}
	}
	disk.Flip(name, 999)
	if _, err := OpenFolder(disk, j.Dir); err == nil || !strings.Contains(err.Error(), "copy the folder again") {
		t.Errorf("a folder from elsewhere: %v", err)
	}
}

// TestCheckpointWrittenWrong: a disk that stores other bytes than were written
// is noticed before the checkpoint gets its name.
func TestCheckpointWrittenWrong(t *testing.T) {
	j := smallJob(t, "clm", 4)
	bad := &lyingDisk{Mem: j.FS.(*fsxtest.Mem)}
	j.FS = bad
	_, err := Run(context.Background(), j)
	if corpus.ClassOf(err) != corpus.Corrupt || !strings.Contains(err.Error(), "does not read back") {
		t.Fatalf("%v", err)
	}
	if steps, _ := checkpointSteps(j.FS, j.Dir); len(steps) != 0 {
		t.Errorf("checkpoints %v", steps)
	}
}

// lyingDisk flips a bit of an optimizer file as its directory is synced.
type lyingDisk struct {
	*fsxtest.Mem
	lied bool
}

func (d *lyingDisk) SyncDir(dir string) error {
	if _, err := d.Size(path.Join(dir, optimizerFile)); err == nil && !d.lied {
		d.Flip(path.Join(dir, optimizerFile), 5000)
		d.lied = true
	}
	return d.Mem.SyncDir(dir)
}

// TestCheckpointOperations is the order of operations of one commit: every file
// is written and synced aside, the manifest last, then the directory is renamed
// and its parent synced.
func TestCheckpointOperations(t *testing.T) {
	j := smallJob(t, "clm", 1)
	disk := j.FS.(*fsxtest.Mem)
	if err := disk.MkdirAll("r/checkpoints"); err != nil {
		t.Fatal(err)
	}
	if err := model(j).Load(Init(j.Config, 1)); err != nil {
		t.Fatal(err)
	}
	state, err := model(j).State()
	if err != nil {
		t.Fatal(err)
	}
	disk.ClearLog()
	if err := writeCheckpoint(disk, "r", Checkpoint{Step: 7}, state); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range strings.Split(strings.TrimSpace(disk.Log()), "\n") {
		if !strings.HasPrefix(line, "write ") { // how many depends on buffers
			got = append(got, line)
		}
	}
	const tmp = "r/checkpoints/.tmp-step-00000007"
	want := []string{
		"mkdir " + tmp,
		"create " + tmp + "/model.safetensors", "sync " + tmp + "/model.safetensors",
		"create " + tmp + "/optimizer.safetensors", "sync " + tmp + "/optimizer.safetensors",
		"create " + tmp + "/state.json", "sync " + tmp + "/state.json",
		"create " + tmp + "/.tmp-manifest.json", "sync " + tmp + "/.tmp-manifest.json",
		"rename " + tmp + "/.tmp-manifest.json -> " + tmp + "/manifest.json", "syncdir " + tmp,
		"syncdir " + tmp,
		"rename " + tmp + " -> r/checkpoints/step-00000007", "syncdir r/checkpoints",
	}
	if !slices.Equal(got, want) {
		t.Errorf("operations:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestMetricsCut: lines after the checkpoint's step and a torn line go.
func TestMetricsCut(t *testing.T) {
	const three = `{"step":1,"loss":2,"lr":1,"grad_norm":1,"tokens":1,"tokens_per_second":9}` + "\n" +
		`{"step":2,"loss":null,"lr":1,"grad_norm":null,"tokens":2,"tokens_per_second":9}` + "\n" +
		`{"step":3,"loss":2,"lr":1,"grad_norm":1,"tokens":3,"tokens_per_second":9}` + "\n"
	lines := strings.SplitAfter(three, "\n")
	for _, c := range []struct {
		log  string
		step int64
		want string
	}{
		{"", 5, ""},
		{three, 5, three},
		{three, 3, three},
		{three, 2, lines[0] + lines[1]},
		{three, 0, ""},
		{three + `{"step":4,"lo`, 9, three},
		{three + `{"step":4}`, 9, three},
		{three + "\x00\x00\x00\n" + lines[2], 9, three},
		{lines[0] + strings.Repeat("x", maxMetric+1) + "\n" + lines[1], 9, lines[0]},
	} {
		disk := fsxtest.New()
		if err := disk.MkdirAll("r"); err != nil {
			t.Fatal(err)
		}
		if err := fsx.WriteFile(disk, "r/metrics.jsonl", []byte(c.log)); err != nil {
			t.Fatal(err)
		}
		l, err := openMetrics(disk, "r", c.step)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(read(t, disk, "r/metrics.jsonl")); got != c.want {
			t.Errorf("%q up to %d: %q, want %q", c.log, c.step, got, c.want)
		}
		if err := l.write(Metric{Step: 6}); err != nil {
			t.Fatal(err)
		}
		if got := string(read(t, disk, "r/metrics.jsonl")); !strings.HasPrefix(got, c.want+`{"step":6,`) {
			t.Errorf("after a line: %q", got)
		}
	}
}

// TestOpenFolderHub opens what published models look like on disk.
func TestOpenFolderHub(t *testing.T) {
	j := smallJob(t, "clm", 1)
	weights := Init(j.Config, 1)
	config, err := FormatConfig(j.Config)
	if err != nil {
		t.Fatal(err)
	}
	var bare []Tensor // as gpt2 on the hub: no prefix, buffers and the tied matrix beside
	for _, w := range weights {
		bare = append(bare, Tensor{strings.TrimPrefix(w.Name, "transformer."), w.Shape, w.Data})
	}
	extra := []Tensor{{"h.0.attn.bias", []int{1}, []float32{1}}, {"lm_head.weight", weights[0].Shape, weights[0].Data}}
	for name, c := range map[string]struct {
		tensors []Tensor
		want    string
	}{
		"ours":    {weights, ""},
		"hub":     {append(slices.Clone(bare), extra...), ""},
		"missing": {bare[1:], "wte.weight is missing"},
		"unknown": {append(slices.Clone(bare), Tensor{"h.7.ln_1.bias", []int{1}, []float32{1}}), "does not belong"},
		"shape":   {append(slices.Clone(bare[1:]), Tensor{"wte.weight", []int{1}, []float32{1}}), "shape"},
		"twice":   {append(slices.Clone(bare), weights[0]), "twice"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(dir+"/config.json", config, 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/model.safetensors", written(t, c.tensors), 0o666); err != nil {
			t.Fatal(err)
		}
		f, err := OpenFolder(fsx.OS{}, dir)
		if c.want == "" && (err != nil || len(f.Weights) != len(weights) || f.Config != j.Config || f.Run != nil) {
			t.Errorf("%s: %v", name, err)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	dir := t.TempDir()
	for _, file := range []string{"config.json", "pytorch_model.bin"} {
		if err := os.WriteFile(dir+"/"+file, config, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenFolder(fsx.OS{}, dir); err == nil || !strings.Contains(err.Error(), "pickle") {
		t.Errorf("pytorch_model.bin: %v", err)
	}
}

// TestOpenFolderTiedT5: transformers 5 ties every T5 that it makes, and tells by the
// tensors alone that a v1.1 has no output matrix of its own.
func TestOpenFolderTiedT5(t *testing.T) {
	c := smallJob(t, "span", 1).Config
	config, err := FormatConfig(c)
	if err != nil {
		t.Fatal(err)
	}
	weights := Init(c, 1)
	for _, tied := range []bool{false, true} {
		dir, kept := t.TempDir(), weights
		if tied {
			kept = weights[:len(weights)-1]
		}
		put(t, dir, "config.json", config)
		put(t, dir, "model.safetensors", written(t, kept))
		f, err := OpenFolder(fsx.OS{}, dir)
		if err != nil || f.Config.Tied != tied || f.Config.ScaleLogits || len(f.Weights) != len(kept) {
			t.Errorf("tied %v: %+v, %v", tied, f, err)
		}
	}
}

// TestAdopt knows what published BERT and T5 files hold beside the model.
func TestAdopt(t *testing.T) {
	for objective, extra := range map[string][]string{
		"mlm":     {"bert.pooler.dense.weight", "cls.seq_relationship.bias", "cls.predictions.decoder.weight", "bert.embeddings.position_ids"},
		"denoise": {"model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight", "lm_head.weight", "encoder.version"},
		"span":    {"encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"},
	} {
		c := smallJob(t, objective, 1).Config
		want := Init(c, 1)
		var old []Tensor
		for _, w := range slices.Backward(want) {
			if c.Family == "bert" { // as in bert-base-uncased
				w.Name = strings.ReplaceAll(w.Name, "LayerNorm.weight", "LayerNorm.gamma")
				w.Name = strings.ReplaceAll(w.Name, "LayerNorm.bias", "LayerNorm.beta")
			}
			old = append(old, w)
		}
		for _, name := range extra {
			old = append(old, Tensor{name, []int{1}, []float32{1}})
		}
		got, err := Adopt(c, old)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if got[i].Name != want[i].Name || !slices.Equal(got[i].Data, want[i].Data) {
				t.Errorf("%s: tensor %d is %s", objective, i, got[i].Name)
			}
		}
		if _, err := Adopt(c, append(old, Tensor{"bert.encoder.layer.9.x", []int{1}, []float32{1}})); err == nil {
			t.Errorf("%s: an unknown tensor is adopted", objective)
		}
	}
}

// TestOpenFolderUnfinished reads the newest checkpoint of a run.
func TestOpenFolderUnfinished(t *testing.T) {
	j := smallJob(t, "clm", 50)
	j.Make = made(killedModel{model(j).(*bigram), 45, nil})
	if _, err := Run(context.Background(), j); err == nil {
		t.Fatal("not killed")
	}
	f, err := OpenFolder(j.FS, j.Dir)
	if err != nil || f.Step != 40 || f.Run == nil || len(f.Weights) != len(Params(j.Config)) {
		t.Errorf("%+v, %v", f, err)
	}
}
