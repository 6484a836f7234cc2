package dedup

import (
	"cmp"
	"iter"

	"corpus"
	"corpus/dedup/substring"
)

// eachText calls do with every text of a part, where it would begin among the
// surviving ones, and whether it survives.
func eachText(env corpus.Env, part int, do func(at substring.Place, text string, survives bool) error) error {
	verdicts, err := env.Open(Verdict, part)
	if err != nil {
		return err
	}
	next, stop := iter.Pull2(corpus.Rows(verdicts))
	defer stop()
	if part >= substring.MaxParts {
		return corpus.Errorf(corpus.Refused, "dedup: more than %d parts", substring.MaxParts)
	}
	at := int64(0)
	err = corpus.EachTable(env, "ingest/part", part, func(t *corpus.Table) error {
		for _, text := range t.Column("text").Strings {
			row, err, ok := next()
			if err != nil {
				return err
			}
			if !ok {
				return corpus.Errorf(corpus.Corrupt, "dedup: verdicts of part %d ended early", part)
			}
			survives := row.Column("kind").Strings[row.At] == ""
			if survives && at+int64(len(text)) > substring.MaxPart {
				return corpus.Errorf(corpus.Refused, "dedup: part %d has more than %d bytes of text", part, int64(substring.MaxPart))
			}
			if err := do(substring.At(part, at), text, survives); err != nil {
				return err
			}
			if survives {
				at += int64(len(text))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err, more := next(); more { // what follows the last row is verified too
		return cmp.Or(err, corpus.Errorf(corpus.Corrupt, "dedup: part %d has more verdicts than texts", part))
	}
	return nil
}

// eachSurvivor calls do with the surviving texts of a part.
func eachSurvivor(env corpus.Env, part int, do func(at substring.Place, text string) error) error {
	return eachText(env, part, func(at substring.Place, text string, survives bool) error {
		if !survives {
			return nil
		}
		env.Progress(int64(len(text)))
		return do(at, text)
	})
}
