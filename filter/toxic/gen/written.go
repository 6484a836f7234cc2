package main

import (
	_ "embed"
	"maps"
	"slices"
	"strings"

	"corpus/filter/linear"
	"corpus/filter/toxic"
)

var (
	//go:embed insults.txt
	insultsFile string
	//go:embed kind.txt
	kindFile string
	//go:embed templates.txt
	templatesFile string
)

// perWord is the sentences that each word of a list is in.
const perWord = 12

// vocabulary is words and phrases by the letter that stands for them.
type vocabulary map[string][]string

// parse reads a list: sections with words, or with phrases where | is between.
func parse(file string) vocabulary {
	letter := map[string]string{"[adjective]": "A", "[noun]": "N", "[verb]": "V", "[wish]": "W", "[lookalike]": "L"}
	v, section := vocabulary{}, ""
	for line := range strings.Lines(file) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "#")
		switch {
		case letter[line] != "":
			section = letter[line]
		case section == "W" && line != "":
			v[section] = append(v[section], strings.Split(line, "|")...)
		default:
			v[section] = append(v[section], strings.Fields(line)...)
		}
	}
	return v
}

// random is SplitMix64, and the words it may choose.
type random struct {
	state uint64
	plain []string
}

func (r *random) below(n int) int {
	r.state += 0x9e3779b97f4a7c15
	x := r.state
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return int((x ^ x>>31) % uint64(n))
}

func (r *random) of(list []string) string { return list[r.below(len(list))] }

// name is a capitalised word that means nothing.
func (r *random) name() string {
	var b strings.Builder
	for range 2 + r.below(2) {
		b.WriteByte("bdfghjklmnprstvwz"[r.below(17)])
		b.WriteByte("aeiou"[r.below(5)])
	}
	s := b.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

// written is the sentences of our templates: each word of the two lists in
// perWord of them, toxic and not.
func written(plain []string) (all []linear.Example) {
	r := &random{state: 2026, plain: plain}
	var templates []string
	for line := range strings.Lines(templatesFile) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			templates = append(templates, line)
		}
	}
	all = r.fragments(templates)
	for _, label := range []bool{true, false} {
		v := parse(kindFile)
		if label {
			v = parse(insultsFile)
		}
		for _, word := range v["L"] {
			all = append(all, linear.Example{Text: word, Weight: 4})
			for range 3 {
				text := strings.Join([]string{r.of(v["L"]), word, r.of(v["L"]), r.of(r.plain), word, word}, " ")
				all = append(all, linear.Example{Text: text, Weight: 4})
			}
		}
		for _, kind := range []string{"A", "N", "V", "W"} {
			for _, word := range v[kind] {
				for range perWord {
					all = append(all, linear.Example{Text: sentence(r, v, templates, kind, word), Label: label, Weight: 1})
				}
			}
		}
	}
	return all
}

// fragments is plain words alone and in pairs, and words that are half of one of
// the toxic ones and half of nothing: so that a few letters alone decide nothing.
func (r *random) fragments(templates []string) (all []linear.Example) {
	add := func(text string, weight float64) {
		all = append(all, linear.Example{Text: text, Weight: weight})
	}
	for range 4000 {
		add(r.of(r.plain), 1)
		add(r.of(r.plain)+" "+r.of(r.plain), 1)
	}
	v := parse(kindFile)
	words := slices.Concat(toxic.Entries("en"), parse(insultsFile)["A"], parse(insultsFile)["N"])
	for _, word := range words {
		if len(word) < 4 || strings.Contains(word, " ") {
			continue
		}
		for range mutants {
			half := r.mutant(word)
			add(half, 2)
			text := sentence(r, v, templates, "N", half)
			add(text, 2)
		}
	}
	return all
}

// mutants is how often each toxic word is halved.
const mutants = 4

// mutant is a beginning or an end of word, up to half of it and a letter, with
// something else in place of the rest.
func (r *random) mutant(word string) string {
	n := min(2+r.below(3), len(word)/2+1)
	other := strings.ToLower(r.name())
	if r.below(2) == 0 {
		return other[:2+r.below(len(other)-2)] + word[len(word)-n:]
	}
	return word[:n] + other
}

// sentence is a random template that holds the letter kind, filled.
func sentence(r *random, v vocabulary, templates []string, kind, word string) string {
	template := r.of(templates)
	for !strings.Contains(" "+template+" ", " "+kind+" ") {
		template = r.of(templates)
	}
	var out []string
	used := false
	for _, t := range strings.Fields(template) {
		mark := strings.TrimRight(t, ",")
		switch {
		case mark == kind && !used:
			used = true
			t = strings.Replace(t, mark, word, 1)
		case mark == "B":
			t = r.of(v["A"])
		case mark == "S":
			t = strings.Replace(t, mark, r.subject(), 1)
		case mark == "P":
			t = strings.Replace(t, mark, r.group(), 1)
		case v[mark] != nil:
			t = strings.Replace(t, mark, r.of(v[mark]), 1)
		}
		out = append(out, t)
	}
	return strings.ReplaceAll(strings.Join(out, " "), " s ", "s ")
}

// subject and group are somebody, of whom both kinds of sentences speak alike:
// so the classifier learns nothing of what names and other words look like.
func (r *random) subject() string {
	switch r.below(6) {
	case 0:
		return r.of([]string{"he", "she", "it", "this", "that one"})
	case 1:
		return "the " + r.word()
	case 2:
		return "my " + r.word() + " " + r.of([]string{"friend", "neighbor", "colleague", "boss", "cousin"})
	case 3:
		return "@" + strings.ToLower(r.name())
	case 4:
		return r.people()
	}
	return r.name()
}

func (r *random) group() string {
	switch r.below(3) {
	case 0:
		return r.of([]string{"these people", "they", "politicians", "the neighbors", "his friends", "people like that"})
	case 1:
		return r.word()
	}
	return r.people() + "s"
}

// word is any word: of plain texts, of a group of people, of a people that is not.
func (r *random) word() string {
	switch r.below(4) {
	case 0:
		return r.of(toxic.Identities())
	case 1:
		return r.people()
	}
	return r.of(r.plain)
}

// people is a people that is not.
func (r *random) people() string {
	return r.name() + r.of([]string{"ian", "an", "ese", "ish", "ist", "ite", "i", "er", "ic", "ean", "ite", "o", "y", "ic", "ous"})
}

// vocabularyOf is the words of four and more letters of the plain texts, of which
// nobody made a list, in order.
func vocabularyOf(examples []linear.Example) []string {
	count := map[string]int{}
	for _, e := range examples {
		if !e.Label {
			for _, word := range strings.FieldsFunc(strings.ToLower(e.Text), func(r rune) bool { return r < 'a' || r > 'z' }) {
				count[word]++
			}
		}
	}
	for _, word := range slices.Concat(parse(insultsFile)["A"], parse(insultsFile)["N"], parse(insultsFile)["V"]) {
		delete(count, word)
		delete(count, word+"s")
	}
	for word := range count {
		if len(word) < 4 || toxic.Listed(word) {
			delete(count, word)
		}
	}
	return slices.Sorted(maps.Keys(count))
}
