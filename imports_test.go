package corpus_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// importRules say which packages of ours a package may import, and why no more.
// A package that is not listed may import none.
var importRules = map[string]struct {
	may []string
	why string
}{
	"corpus":                      {nil, "the root is the vocabulary and imports the standard library only"},
	"corpus/internal/fsx":         {[]string{"corpus"}, "files know nothing of data"},
	"corpus/internal/fsx/fsxtest": {[]string{"corpus", "corpus/internal/fsx"}, "a file system for tests"},
	"corpus/internal/words":       {nil, "words are cut out of strings"},
	"corpus/internal/wordbreak":   {nil, "words are cut out of strings"},
	"corpus/internal/spacy":       {[]string{"corpus/internal/words"}, "tokens are cut out of strings"},
	"corpus/internal/textfile":    {nil, "files of examples are read, whatever they are for"},
	"corpus/internal/edit":        {[]string{"corpus"}, "edits are spans of a text"},
	"corpus/internal/domain":      {nil, "domains are told from addresses"},
	"corpus/internal/langid":      {nil, "languages are told from strings"},
	"corpus/internal/lingua":      {nil, "the authority on languages knows strings"},
	"corpus/internal/term":        {nil, "what people see knows nothing of data"},
	"corpus/internal/extsort":     {[]string{"corpus"}, "the sorter knows bytes only"},
	"corpus/internal/diff":        {nil, "sequences are compared, whatever they are of"},
	"corpus/internal/inflate":     {nil, "gzip is decoded from bytes"},
	"corpus/internal/jsontext":    {nil, "members are found in bytes"},
	"corpus/ingest":               {append([]string{"corpus/ingest/columns", "corpus/ingest/place", "corpus/internal/inflate", "corpus/internal/jsontext"}, stageMay...), stageWhy},
	"corpus/ingest/columns":       {[]string{"corpus"}, "foreign files are bytes; of ours it needs the cap of a document"},
	"corpus/ingest/crawl":         {[]string{"corpus", "corpus/internal/fsx"}, "the crawler writes WARC files, which ingest reads"},
	"corpus/ingest/place":         {[]string{"corpus", "corpus/internal/fsx"}, "bytes come from places; what is in them ingest knows"},
	"corpus/dedup":                {append(dedupMay, stageMay...), stageWhy},
	"corpus/dedup/index":          {[]string{"corpus"}, "an index knows keys and numbers"},
	"corpus/dedup/datatrove":      {[]string{"corpus/internal/spacy", "corpus/internal/words"}, "shingles are taken of strings"},
	"corpus/dedup/substring":      {nil, "repeats are found in strings"},
	"corpus/dedup/against":        {[]string{"corpus", "corpus/internal/textfile", "corpus/internal/words"}, "texts are compared with sets of examples"},
	"corpus/dedup/lines":          {[]string{"corpus", "corpus/internal/words"}, "lines are told apart in strings"},
	"corpus/filter":               {append(filterMay, stageMay...), stageWhy},
	"corpus/filter/dsir":          {[]string{"corpus/internal/words"}, "texts are weighed, whatever they are of"},
	"corpus/filter/ngram":         {[]string{"corpus/internal/words"}, "a language model knows words"},
	"corpus/filter/gen":           {append([]string{"corpus/filter"}, stageMay...), "makes the filter's tables"},
	"corpus/filter/bias":          {[]string{"corpus", "corpus/filter/linear", "corpus/internal/words"}, "bias is measured on texts and scores"},
	"corpus/filter/recipe":        {[]string{"corpus", "corpus/internal/words", "corpus/internal/spacy", "corpus/internal/wordbreak"}, "a recipe is a function of a text and its language"},
	"corpus/filter/linear":        {[]string{"corpus/internal/words"}, "a classifier knows texts, not what they are judged for"},
	"corpus/filter/toxic":         {[]string{"corpus", "corpus/filter/linear", "corpus/internal/words"}, "toxicity is told from a text and its language"},
	"corpus/filter/toxic/gen":     {[]string{"corpus/filter/linear", "corpus/filter/toxic"}, "trains the embedded model"},
	"corpus/filter/pii":           {[]string{"corpus"}, "personal data is found in strings"},
	"corpus/tokenize":             {append(tokenizeMay, stageMay...), stageWhy},
	"corpus/tokenize/normal":      {nil, "text is rewritten, whatever it is for"},
	"corpus/tokenize/decoding":    {[]string{"corpus/tokenize/normal"}, "tokens are text again; one rule is a normalizer and a decoder"},
	"corpus/tokenize/heap":        {nil, "a heap knows what it is told"},
	"corpus/tokenize/modeltest":   {nil, "models are tested, whichever they are"},
	"corpus/tokenize/memo":        {nil, "words are remembered, whoever made their tokens"},
	"corpus/tokenize/split":       {[]string{"corpus"}, "words are cut out of strings"},
	"corpus/tokenize/count":       {[]string{"corpus/tokenize/heap", "corpus/tokenize/memo", "corpus/tokenize/split"}, "words are counted, whatever is learnt from them"},
	"corpus/tokenize/learn":       {[]string{"corpus/tokenize/heap", "corpus/tokenize/memo"}, "symbols are merged, whatever they stand for"},
	"corpus/tokenize/bpe":         {[]string{"corpus", "corpus/tokenize/count", "corpus/tokenize/heap", "corpus/tokenize/learn", "corpus/tokenize/memo"}, "a model knows words"},
	"corpus/tokenize/bulk":        {[]string{"corpus", "corpus/internal/jsontext", "corpus/tokenize"}, "files of JSON lines are encoded beside any workspace"},
	"corpus/tokenize/trie":        {nil, "keys are bytes, whatever they stand for"},
	"corpus/tokenize/unigram":     {[]string{"corpus/tokenize/count", "corpus/tokenize/trie"}, "a model knows words"},
	"corpus/tokenize/wordpiece":   {[]string{"corpus/tokenize/count", "corpus/tokenize/learn", "corpus/tokenize/trie"}, "a model knows words"},
	"corpus/shards":               {[]string{"corpus", "corpus/internal/domain", "corpus/internal/fsx", "corpus/internal/words"}, "shards is what the others write to; the overlap of train and valid is told in words, and tokens are tallied by where they come from"},
	"corpus/internal/engine":      {[]string{"corpus", "corpus/internal/fsx", "corpus/internal/extsort", "corpus/shards"}, "the engine runs passes without knowing which"},
	"corpus/shards/export":        {[]string{"corpus", "corpus/internal/fsx", "corpus/shards"}, "other trainers' files are made of what shards read"},
	"corpus/shards/order":         {[]string{"corpus"}, "the order of rows is arithmetic on lengths"},
	"corpus/trainer":              {[]string{"corpus", "corpus/internal/fsx", "corpus/shards", "corpus/shards/order", "corpus/trainer/tensorboard"}, "the trainer reads token shards, nothing before them"},
	"corpus/trainer/tensorboard":  {nil, "a file format, from the standard library"},
	"corpus/trainer/torch":        {[]string{"corpus", "corpus/trainer", "corpus/trainer/torch/shim"}, "native code is a leaf"},
	"corpus/trainer/torch/shim":   {nil, "native code is a leaf"},
	"corpus/trainer/torch/fit":    {nil, "fits gotch to libtorch before anything of ours is built"},
	"corpus/bench/ids":            {[]string{"corpus/tokenize"}, "encodes as the stages do"},
	"corpus/bench/feed":           {[]string{"corpus", "corpus/internal/fsx", "corpus/shards", "corpus/shards/order", "corpus/trainer"}, "reads rows as a training does"},
	"corpus/ablate":               {[]string{"corpus", "corpus/internal/words"}, "what is held out is compared with texts, and models with each other"},
	"corpus/cmd/corpus":           {[]string{"*"}, "cmd wires everything"},
}

var (
	dedupMay    = []string{"corpus/dedup/against", "corpus/dedup/datatrove", "corpus/dedup/index", "corpus/dedup/lines", "corpus/dedup/substring"}
	filterMay   = []string{"corpus/internal/lingua", "corpus/filter/bias", "corpus/filter/dsir", "corpus/filter/linear", "corpus/filter/ngram", "corpus/filter/pii", "corpus/filter/recipe", "corpus/filter/toxic"}
	tokenizeMay = []string{"corpus/tokenize/bpe", "corpus/tokenize/count", "corpus/tokenize/decoding", "corpus/tokenize/memo", "corpus/tokenize/normal", "corpus/tokenize/split", "corpus/tokenize/trie", "corpus/tokenize/unigram", "corpus/tokenize/wordpiece"}
	stageMay    = []string{"corpus", "corpus/internal/fsx", "corpus/internal/words", "corpus/internal/langid", "corpus/internal/domain", "corpus/internal/edit", "corpus/internal/textfile"}
	stageWhy    = "stages know documents, words and languages, never each other nor the disk format"
)

// onlyBy says which of our packages alone may import a foreign one.
var onlyBy = map[string]struct {
	may []string
	why string
}{
	"github.com/apache/arrow":  {[]string{"corpus/shards"}, "only shards knows Arrow"},
	"github.com/sugarme/gotch": {[]string{"corpus/trainer/torch", "corpus/trainer/torch/shim"}, "only trainer/torch is native"},
	"github.com/urfave/cli":    {[]string{"corpus/cmd/corpus"}, "only cmd has flags"},
	"C":                        {[]string{"corpus/trainer/torch", "corpus/trainer/torch/shim"}, "only trainer/torch is native"},
	"net/http":                 {[]string{"corpus/ingest", "corpus/ingest/crawl", "corpus/ingest/place"}, "only ingest may speak to others"},
	"github.com/pemistahl":     {[]string{"corpus/internal/lingua"}, "lingua-go's models make a program 128 MB larger"},
	"gocloud.dev":              {[]string{"corpus/ingest/place"}, "only place knows object stores"},
	"unsafe":                   {[]string{"corpus/shards", "corpus/trainer/torch", "corpus/trainer/torch/shim"}, "only mapped shards and native calls need it"},
}

// never are packages that the program may not even depend on.
var never = map[string]string{
	"github.com/markusmobius/go-dateparser": "its tables cost every command a quarter of a second and 47 MB; go.mod replaces go-htmldate, which wants it",
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportRules(t *testing.T) {
	for _, p := range list(t, "./...") {
		rule, ok := importRules[p.ImportPath]
		if !ok {
			t.Errorf("%s has no import rule: add it to importRules with its reason", p.ImportPath)
			continue
		}
		for _, i := range p.Imports {
			ours := i == "corpus" || strings.HasPrefix(i, "corpus/")
			if ours && !slices.Contains(rule.may, i) && !slices.Contains(rule.may, "*") {
				t.Errorf("%s imports %s, but %s", p.ImportPath, i, rule.why)
			}
			if p.ImportPath == "corpus" && !ours && strings.Contains(i, ".") {
				t.Errorf("corpus imports %s, but %s", i, rule.why)
			}
			for foreign, only := range onlyBy {
				if (i == foreign || strings.HasPrefix(i, foreign+"/")) && !slices.Contains(only.may, p.ImportPath) {
					t.Errorf("%s imports %s, but %s", p.ImportPath, i, only.why)
				}
			}
		}
	}
}

func TestForbiddenDependencies(t *testing.T) {
	deps := list(t, "-deps", "./cmd/corpus")
	if len(deps) < 100 {
		t.Fatalf("the program has %d dependencies", len(deps))
	}
	for _, p := range deps {
		for forbidden, why := range never {
			if p.ImportPath == forbidden || strings.HasPrefix(p.ImportPath, forbidden+"/") {
				t.Errorf("the program depends on %s, but %s", p.ImportPath, why)
			}
		}
	}
}

// list asks the go command for packages and their direct imports.
func list(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-tags", "torch", "-e", "-json=ImportPath,Imports"}, args...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal("go list:", err)
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
