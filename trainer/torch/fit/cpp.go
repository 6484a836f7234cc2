package main

import (
	"regexp"
	"strings"
)

// chunk is one top-level piece of a C++ file: a function, a declaration or a
// preprocessor line, with the blank and comment lines before it.
type chunk struct {
	text string
	name string // of a function; else ""
}

var (
	cppName = regexp.MustCompile(`([A-Za-z_]\w*)\s*\(`)
	cppWord = regexp.MustCompile(`[A-Za-z_]\w*`)
)

// splitCPP cuts C++ source into chunks whose concatenation is the source.
func splitCPP(src string) []chunk {
	var chunks []chunk
	for start := 0; start < len(src); {
		end, isFunc := chunkEnd(src, start)
		c := chunk{text: src[start:end]}
		if isFunc {
			if m := cppName.FindStringSubmatch(withoutComments(c.text)); m != nil {
				c.name = m[1]
			}
		}
		chunks = append(chunks, c)
		start = end
	}
	return chunks
}

// chunkEnd is the offset behind the chunk that begins at start, and whether it
// closed a brace: a preprocessor line, or what ends in ; or } at depth zero.
func chunkEnd(src string, start int) (end int, isFunc bool) {
	depth, blank := 0, true
	for i := start; i < len(src); i++ {
		if skip := nonCode(src, i); skip > 0 {
			i += skip - 1
			continue
		}
		switch c := src[i]; {
		case c == '#' && blank && depth == 0:
			return lineEnd(src, i), false
		case c == '{' || c == '(':
			depth++
		case c == ')':
			depth--
		case c == '}':
			if depth--; depth == 0 {
				return lineEnd(src, i), true
			}
		case c == ';' && depth == 0:
			return lineEnd(src, i), false
		}
		if !strings.ContainsRune(" \t\r\n", rune(src[i])) {
			blank = false
		}
	}
	return len(src), false
}

// nonCode is the length of the comment, string or character literal at i, or 0.
func nonCode(src string, i int) int {
	rest := src[i:]
	switch {
	case strings.HasPrefix(rest, "//"):
		return lineEnd(rest, 0)
	case strings.HasPrefix(rest, "/*"):
		if n := strings.Index(rest[2:], "*/"); n >= 0 {
			return n + 4
		}
		return len(rest)
	case rest[0] == '"' || rest[0] == '\'':
		for j := 1; j < len(rest); j++ {
			switch rest[j] {
			case '\\':
				j++
			case rest[0]:
				return j + 1
			}
		}
	}
	return 0
}

// lineEnd is the offset behind the line that holds i, continuations included.
func lineEnd(src string, i int) int {
	for {
		n := strings.IndexByte(src[i:], '\n')
		if n < 0 {
			return len(src)
		}
		i += n + 1
		if i < 2 || src[i-2] != '\\' {
			return i
		}
	}
}

func withoutComments(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if skip := nonCode(s, i); skip > 0 && s[i] == '/' {
			i += skip - 1
			out.WriteByte('\n')
			continue
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// keepCPP drops the functions of both files that none of the wanted names
// reaches, and then the includes that only they needed.
func keepCPP(files [][]chunk, wanted map[string]bool) {
	kept := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for _, file := range files {
			for _, c := range file {
				if c.name == "" || !wanted[c.name] || kept[c.name] {
					continue
				}
				kept[c.name], changed = true, true
				for _, word := range cppWord.FindAllString(c.text, -1) {
					wanted[word] = true
				}
			}
		}
	}
	for _, file := range files {
		for i := range file {
			if file[i].name != "" && !kept[file[i].name] {
				file[i].text = ""
			}
		}
	}
}

// unneededInclude names includes of torch_api.cpp by the word that only code
// in need of them holds.
var unneededInclude = map[string]string{
	"stb_": "stbi", "STB_": "stbi", "torch/script.h": "jit", "torch/csrc/jit": "jit",
	"interned_strings": "Symbol", "autocast_mode": "autocast",
}

func dropIncludes(file []chunk) {
	var code strings.Builder
	for _, c := range file {
		if c.name != "" {
			code.WriteString(c.text)
		}
	}
	for i, c := range file {
		line := strings.TrimSpace(c.text)
		if !strings.HasPrefix(line, "#") {
			continue
		}
		for mark, word := range unneededInclude {
			if strings.Contains(line, mark) && !strings.Contains(code.String(), word) {
				file[i].text = ""
			}
		}
	}
}

func join(file []chunk) string {
	var out strings.Builder
	for _, c := range file {
		out.WriteString(c.text)
	}
	return out.String()
}
