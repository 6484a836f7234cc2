package shards

import (
	"encoding/json"
	"path"

	"corpus"
)

// deriveHF writes what datasets.load_from_disk needs beside the token shards:
// state.json with the list of files and dataset_info.json with their columns
// (huggingface/datasets: arrow_dataset.py load_from_disk).
func deriveHF(m *corpus.Manifest) ([]corpus.Derived, error) {
	var out []corpus.Derived
	for _, split := range []string{"train", "valid"} {
		role := split + "/part"
		files := []map[string]string{}
		kind := ""
		for _, p := range m.Parts() {
			if f, ok := p.File(role); ok {
				files = append(files, map[string]string{"filename": path.Base(f.Name)})
				kind = f.Tokens
			}
		}
		if len(files) == 0 {
			continue
		}
		state, err := indent(map[string]any{
			"_data_files": files, "_fingerprint": m.Generations[len(m.Generations)-1].Key[:16], "_split": split,
			"_format_columns": nil, "_format_kwargs": map[string]any{}, "_format_type": nil, "_output_all_columns": false,
		})
		if err != nil {
			return nil, err
		}
		info, err := indent(map[string]any{"features": map[string]any{
			// "Sequence" is read by every version; "List" only from 4.0 on.
			"input_ids": map[string]any{"feature": value(kind), "_type": "Sequence"},
			"id":        value("string"), "source": value("string"), "lang": value("string"),
		}})
		if err != nil {
			return nil, err
		}
		out = append(out, corpus.Derived{Name: split + "/state.json", Data: state}, corpus.Derived{Name: split + "/dataset_info.json", Data: info})
	}
	return out, nil
}

func value(dtype string) map[string]any { return map[string]any{"dtype": dtype, "_type": "Value"} }

func indent(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", " ")
	return append(b, '\n'), err
}
