package filter

import (
	"errors"
	"io"
	"strings"
	"testing"

	"corpus"
)

// damaged is the Env of a task in which the end of one table is damaged, or
// which lacks that table's last row.
type damaged struct {
	task
	role  string
	short bool
}

var errDamaged = errors.New("the last bytes do not match their checksum")

func (d damaged) Open(role string, part int) (corpus.TableReader, error) {
	r, err := d.task.Open(role, part)
	if err != nil || role != d.role {
		return r, err
	}
	if m := r.(*memoryTable); d.short {
		all := *m.all
		all.Rows--
		m.all = &all
		return m, nil
	}
	return damagedEnd{r}, nil
}

// Create leaves the tables of the world as they are.
func (d damaged) Create(_ string, s corpus.Schema) (corpus.TableWriter, error) {
	return &memoryTable{all: corpus.NewTable(s)}, nil
}

type damagedEnd struct{ corpus.TableReader }

func (d damagedEnd) Next() (*corpus.Table, error) {
	t, err := d.TableReader.Next()
	if errors.Is(err, io.EOF) {
		err = errDamaged
	}
	return t, err
}

// Damage behind the last row of any table that is read beside others is told as
// what it is, and a table that is too short is no end.
func TestDamageAtTheEnd(t *testing.T) {
	w := newWorld(someDocuments(), 1, 1)
	stage := Stage(Config{})
	w.run(t, stage)

	for _, p := range stage.Passes {
		for _, role := range p.Inputs {
			beside := strings.HasPrefix(role, attrs) || role == roleDedup || role == roleVerdict
			if !beside {
				continue
			}
			t.Run(p.Name+" "+role, func(t *testing.T) {
				if err := p.Run(damaged{task{w, p, 0}, role, false}); !errors.Is(err, errDamaged) {
					t.Errorf("damage: %v", err)
				}
				if err := p.Run(damaged{task{w, p, 0}, role, true}); corpus.ClassOf(err) != corpus.Corrupt {
					t.Errorf("a row less: %v", err)
				}
			})
		}
	}
}
