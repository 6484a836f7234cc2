package trainer

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// reference is testdata/models.json, made by transformers itself
// (testdata/scripts/make_configs.py).
type reference struct {
	Config     json.RawMessage `json:"config"`
	Parameters int64           `json:"parameters"`
	Tensors    map[string]struct {
		Shape []int   `json:"shape"`
		Mean  float64 `json:"mean"`
		Std   float64 `json:"std"`
	} `json:"tensors"`
}

func references(t testing.TB) map[string]reference {
	t.Helper()
	raw, err := os.ReadFile("testdata/models.json")
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]reference
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPublishedCounts compares with the published numbers of parameters.
func TestPublishedCounts(t *testing.T) {
	for name, s := range sizes {
		if s.params == 0 {
			continue
		}
		c, err := Architecture(name, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := Count(c); got != s.params {
			t.Errorf("%s: %d parameters, published are %d", name, got, s.params)
		}
	}
}

// TestAgainstTransformers compares configurations, tensor names, shapes and
// initial distributions with those of the real library.
func TestAgainstTransformers(t *testing.T) {
	for name, ref := range references(t) {
		want, err := Architecture(name, "")
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseConfig(ref.Config)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got != want {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
		if Count(want) != ref.Parameters {
			t.Errorf("%s: %d parameters, transformers has %d", name, Count(want), ref.Parameters)
		}
		if ref.Tensors != nil {
			compareTensors(t, name, want, ref)
		}
	}
}

func compareTensors(t *testing.T, name string, c Config, ref reference) {
	params := slices.DeleteFunc(Params(c), func(p Param) bool { return p.Fixed }) // a buffer there
	if len(params) != len(ref.Tensors) {
		t.Errorf("%s: %d tensors, transformers has %d", name, len(params), len(ref.Tensors))
	}
	for _, p := range params {
		r, ok := ref.Tensors[p.Name]
		if !ok || !slices.Equal(p.Shape, r.Shape) {
			t.Errorf("%s: %s %v, transformers has %v (%v)", name, p.Name, p.Shape, r.Shape, ok)
			continue
		}
		if p.Name == "lm_head.weight" || p.Size() < 64 {
			continue // Params says why the output matrix differs
		}
		// The drawn deviation is within five standard errors of the true one.
		slack := 5 * p.Init.Std / math.Sqrt(float64(p.Size()))
		if math.Abs(r.Std-p.Init.Std) > slack+1e-12 || math.Abs(r.Mean-p.Init.Mean) > slack+1e-12 {
			t.Errorf("%s: %s is drawn from %+v, transformers drew mean %v, deviation %v", name, p.Name, p.Init, r.Mean, r.Std)
		}
	}
}

func TestParamsOnce(t *testing.T) {
	for _, name := range Models() {
		c, err := Architecture(name, "")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, p := range Params(c) {
			if seen[p.Name] {
				t.Errorf("%s: %s twice", name, p.Name)
			}
			seen[p.Name] = true
			if want := !p.Fixed && (len(p.Shape) > 1 || c.Family == "roberta" || c.Family == "bart"); p.Decay != want {
				t.Errorf("%s: decay of %s is %v", name, p.Name, p.Decay)
			}
		}
	}
}

func TestArchitectureNames(t *testing.T) {
	for _, c := range []struct{ model, size, same string }{
		{"bert", "base", "bert-base"},
		{"gpt2", "base", "gpt2"},
		{"gpt2", "medium", "gpt2-medium"},
		{"bloom", "large", "bloom-560m"},
		{"t5", "small", "t5-v1_1-small"},
		{"t5", "base", "t5-v1_1-base"},
		{"bert", "tiny", "bert-tiny"},
		{"roberta", "large", "roberta-large"},
	} {
		a, err := Architecture(c.model, c.size)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := Architecture(c.same, ""); err != nil || a != b {
			t.Errorf("%s %s is not %s", c.model, c.size, c.same)
		}
	}
	for _, c := range [][2]string{{"bert", ""}, {"llama", ""}, {"bert", "huge"}, {"bert-base", "tiny"}, {"", ""}} {
		if _, err := Architecture(c[0], c[1]); err == nil || !strings.Contains(err.Error(), "t5-v1_1-small") {
			t.Errorf("%q %q: %v", c[0], c[1], err)
		}
	}
}

func TestConfigRoundTrip(t *testing.T) {
	for _, name := range Models() {
		c, err := Architecture(name, "")
		if err != nil {
			t.Fatal(err)
		}
		c.Vocab, c.Dropout, c.AttnDropout, c.NormEps = 777, 0.25, 0.25, 3e-7
		c.Pad, c.BOS, c.EOS = 5, 6, 7
		if c.Family == "t5" {
			c.DecStart, c.HeadDim, c.DecLayers = 5, 24, c.Layers+1
		} else if c.Family != "bloom" {
			c.MaxPositions = 99
			if c.Family == "bart" {
				c.DecStart, c.DecLayers, c.NormEps = 7, c.Layers+1, bartEps
			}
		}
		raw, err := FormatConfig(c)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseConfig(raw); err != nil || got != c {
			t.Errorf("%s: %v\n got %+v\nwant %+v\n%s", name, err, got, c, raw)
		}
	}
}

// TestFloatsLookLikeFloats: transformers 5 refuses "initializer_factor": 1.
func TestFloatsLookLikeFloats(t *testing.T) {
	c, err := Architecture("t5", "tiny")
	if err != nil {
		t.Fatal(err)
	}
	c.Dropout, c.AttnDropout = 0, 0
	raw, err := FormatConfig(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"initializer_factor": 1.0,`, `"dropout_rate": 0.0,`, `"layer_norm_epsilon": 0.000001,`, `"d_model": 128,`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s in\n%s", want, raw)
		}
	}
}

func TestParseConfigRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                                    "model_type",
		`{"model_type":"llama"}`:                "llama",
		`not json`:                              "invalid character",
		`{"model_type":"bert","hidden_size":0}`: "hidden size is 0",
		`{"model_type":"bert","hidden_size":100}`:                                "do not make",
		`{"model_type":"bert","num_attention_heads":0}`:                          "heads is 0",
		`{"model_type":"bert","position_embedding_type":"relative_key"}`:         "position_embedding_type",
		`{"model_type":"bert","hidden_act":"silu"}`:                              "silu",
		`{"model_type":"bert","vocab_size":9223372036854775807}`:                 "vocabulary",
		`{"model_type":"roberta","pad_token_id":70000}`:                          "padding token",
		`{"model_type":"roberta","max_position_embeddings":2}`:                   "positions are 0",
		`{"model_type":"gpt2","scale_attn_weights":false}`:                       "scale_attn_weights",
		`{"model_type":"gpt2","embd_pdrop":0.3}`:                                 "embd_pdrop",
		`{"model_type":"gpt2","tie_word_embeddings":false}`:                      "tied",
		`{"model_type":"gpt2","attn_pdrop":1}`:                                   "dropout",
		`{"model_type":"bloom","apply_residual_connection_post_layernorm":true}`: "apply_residual",
		`{"model_type":"bloom","n_head":7}`:                                      "do not make",
		`{"model_type":"bart","scale_embedding":true}`:                           "scale_embedding",
		`{"model_type":"bart","decoder_ffn_dim":64}`:                             "decoder_ffn_dim",
		`{"model_type":"bart","decoder_start_token_id":99999}`:                   "start token",
		`{"model_type":"t5","feed_forward_proj":"gated-silu"}`:                   "gated-silu",
		`{"model_type":"t5","relative_attention_num_buckets":30}`:                "buckets",
		`{"model_type":"t5","layer_norm_epsilon":0}`:                             "epsilon",
	} {
		if _, err := ParseConfig([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestBloomOldNames reads the names in bigscience/bloom-560m's config.json.
func TestBloomOldNames(t *testing.T) {
	got, err := ParseConfig([]byte(`{"model_type":"bloom","n_embed":1024,"n_layer":24,"num_attention_heads":16,"pad_token_id":3}`))
	if want, _ := Architecture("bloom-560m", ""); err != nil || got != want {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
}

// TestT5TiedByVersion reads what transformers 5 writes: tie_word_embeddings is
// always true there, and scale_decoder_outputs tells the versions apart.
func TestT5TiedByVersion(t *testing.T) {
	for text, tied := range map[string]bool{
		`{"model_type":"t5","tie_word_embeddings":true,"scale_decoder_outputs":false}`: false,
		`{"model_type":"t5","tie_word_embeddings":true,"scale_decoder_outputs":true}`:  true,
		`{"model_type":"t5","tie_word_embeddings":false}`:                              false,
		`{"model_type":"t5"}`: true,
	} {
		if c, err := ParseConfig([]byte(text)); err != nil || c.Tied != tied || c.ScaleLogits != tied {
			t.Errorf("%s: tied %v, scaled %v, %v", text, c.Tied, c.ScaleLogits, err)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	for _, ref := range references(f) {
		f.Add([]byte(ref.Config))
	}
	f.Add([]byte(`{"model_type":"gpt2","n_inner":null,"eos_token_id":-7}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig(data)
		if err != nil {
			return
		}
		raw, err := FormatConfig(c)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if again, err := ParseConfig(raw); err != nil || again != c {
			t.Fatalf("%v\n got %+v\nwant %+v", err, again, c)
		}
	})
}

// checkSinusoids: a step forward is a rotation of each pair of columns, the same
// from every position, and the table is as large as a normal one.
func checkSinusoids(t *testing.T, table Tensor) {
	t.Helper()
	n, width := table.Shape[0], table.Shape[1]
	mean, dev := moments(table.Data)
	if rms := math.Hypot(mean, dev); math.Abs(rms-0.02) > 1e-6 {
		t.Errorf("positions have the root mean square %v, want 0.02", rms)
	}
	for k := 0; k < width; k += 2 {
		sin, cos := math.Sincos(math.Pow(1e-4, float64(k)/float64(width)))
		for i := range n - 1 {
			at, next := table.Data[i*width+k:], table.Data[(i+1)*width+k:]
			if want := float64(at[0])*cos + float64(at[1])*sin; math.Abs(float64(next[0])-want) > 1e-6 {
				t.Fatalf("position %d, column %d: %v, want %v", i+1, k, next[0], want)
			}
		}
	}
}

func TestInit(t *testing.T) {
	for _, name := range []string{"bert-tiny", "roberta-tiny", "gpt2-tiny", "bloom-tiny", "t5-tiny", "bart-tiny"} {
		c, err := Architecture(name, "")
		if err != nil {
			t.Fatal(err)
		}
		c.Vocab = 500
		if c.Family == "gpt2" {
			c.BOS, c.EOS = 0, 0
		}
		a, b, other := Init(c, 1), Init(c, 1), Init(c, 2)
		for i, p := range Params(c) {
			if !slices.Equal(a[i].Data, b[i].Data) {
				t.Fatalf("%s: %s is drawn differently twice", name, p.Name)
			}
			if p.Init.Std == 0 {
				continue
			}
			if p.Init.Sinusoid {
				checkSinusoids(t, a[i])
				continue
			}
			if slices.Equal(a[i].Data, other[i].Data) {
				t.Errorf("%s: %s does not depend on the seed", name, p.Name)
			}
			mean, dev := moments(a[i].Data)
			slack := 5 / math.Sqrt(float64(p.Size()))
			if math.Abs(mean/p.Init.Std) > slack || math.Abs(dev/p.Init.Std-1) > slack {
				t.Errorf("%s: %s has mean %v and deviation %v, want 0 and %v", name, p.Name, mean, dev, p.Init.Std)
			}
		}
		// A deeper model leaves the layers that it shares as they were.
		c.Layers++
		deeper := map[string][]float32{}
		for _, d := range Init(c, 1) {
			deeper[d.Name] = d.Data
		}
		for _, d := range a {
			if residual := c.Family == "gpt2" && strings.HasSuffix(d.Name, "c_proj.weight"); !residual && !slices.Equal(d.Data, deeper[d.Name]) {
				t.Errorf("%s: %s changes when a layer is added", name, d.Name)
			}
		}
	}
}

func moments(x []float32) (mean, dev float64) {
	for _, v := range x {
		mean += float64(v) / float64(len(x))
	}
	for _, v := range x {
		dev += (float64(v) - mean) * (float64(v) - mean) / float64(len(x))
	}
	return mean, math.Sqrt(dev)
}

// TestInitPinned fails when the generator of random numbers changes, with which
// every run would change.
func TestInitPinned(t *testing.T) {
	p := Param{Name: "transformer.wte.weight", Shape: []int{2, 2}, Init: Distribution{Std: 0.02}}
	want := []uint32{0x3b21219e, 0x3c8996db, 0xbc459294, 0x3caf5c36}
	for i, v := range p.values(42) {
		if math.Float32bits(v) != want[i] {
			t.Errorf("value %d is %#x (%v), pinned is %#x", i, math.Float32bits(v), v, want[i])
		}
	}
}
