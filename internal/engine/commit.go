package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"

	"corpus"
	"corpus/internal/fsx"
	"corpus/shards"
)

// commit makes the dataset visible by renaming its manifest, then writes the
// files with plain names that the manifest lists. A run killed in between leaves
// a good dataset, whose plain names the next run mends.
func (e *Engine) commit(job Job, m *corpus.Manifest) error {
	plain, err := e.plain(job, m)
	if err != nil {
		return err
	}
	for i := range m.Generations { // earlier generations list copies that are replaced
		g := &m.Generations[i]
		g.Files = slices.DeleteFunc(slices.Clone(g.Files), isPlain)
	}
	last := &m.Generations[len(m.Generations)-1]
	for _, p := range plain {
		last.Files = append(last.Files, p.File)
	}
	b, err := m.Seal()
	if err != nil {
		return err
	}
	if err := fsx.WriteFile(e.FS, path.Join(job.Dir, shards.ManifestName), b); err != nil {
		return err
	}
	return e.publish(job, plain)
}

// plainFile is a file that other programs look for under its name.
type plainFile struct {
	corpus.File
	data []byte
}

func newPlain(role, name string, data []byte) plainFile {
	sum := sha256.Sum256(data)
	return plainFile{corpus.File{
		Role: shards.PublishedRole(role), Name: name, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:]),
	}, data}
}

func isPlain(f corpus.File) bool { return strings.HasPrefix(f.Role, shards.PublishedRole("")) }

// plain makes the content of all plain-named files: copies of single files, and
// what the stage derives from the manifest.
func (e *Engine) plain(job Job, m *corpus.Manifest) ([]plainFile, error) {
	var all []plainFile
	for _, role := range job.Stage.Publish {
		f, ok := m.File(role)
		if !ok {
			continue
		}
		b, err := shards.ReadFile(e.FS, path.Join(job.Dir, f.Name), f, "corpus "+job.Stage.Name+" --rebuild")
		if err != nil {
			return nil, err
		}
		all = append(all, newPlain(role, role+path.Ext(f.Name), b))
	}
	if job.Stage.Derive == nil {
		return all, nil
	}
	derived, err := job.Stage.Derive(m)
	for _, d := range derived {
		all = append(all, newPlain(d.Name, d.Name, d.Data))
	}
	return all, err
}

// publish writes the files whose content is not there yet.
func (e *Engine) publish(job Job, plain []plainFile) error {
	for _, p := range plain {
		name := path.Join(job.Dir, p.Name)
		if _, err := shards.ReadFile(e.FS, name, p.File, ""); err == nil {
			continue
		}
		if err := fsx.WriteFile(e.FS, name, p.data); err != nil {
			return err
		}
	}
	return nil
}

// mend writes anew the plain-named files that a killed run left as they were
// before it, or that were damaged since.
func (e *Engine) mend(job Job, m *corpus.Manifest) error {
	if !slices.ContainsFunc(m.Generations, func(g corpus.Generation) bool { return slices.ContainsFunc(g.Files, isPlain) }) {
		return nil
	}
	plain, err := e.plain(job, m)
	if err != nil {
		return err
	}
	return e.publish(job, plain)
}
