package pii

import "strings"

// prefix is how a service's keys begin, and of what they are made.
type prefix struct {
	text        string
	least, most int // characters behind it
	in          func(byte) bool
}

// prefixes are those with an underscore or a dash, where it stands is in text: the
// first one triggers. They are documented by their services (docs/pii.md).
var prefixes = []prefix{
	{"ghp_", 36, 36, isAlnum},
	{"gho_", 36, 36, isAlnum},
	{"ghu_", 36, 36, isAlnum},
	{"ghs_", 36, 36, isAlnum},
	{"ghr_", 36, 76, isAlnum},
	{"github_pat_", 82, 82, isWord},
	{"glpat-", 20, 64, isKeyByte},
	{"glptt-", 40, 40, isAlnum},
	{"gldt-", 20, 64, isKeyByte},
	{"glrt-", 20, 64, isKeyByte},
	{"xoxb-", 20, 255, isBase64URL},
	{"xoxp-", 20, 255, isBase64URL},
	{"xoxa-", 20, 255, isBase64URL},
	{"xoxr-", 20, 255, isBase64URL},
	{"xoxs-", 20, 255, isBase64URL},
	{"xoxe-", 20, 255, isBase64URL},
	{"xapp-", 20, 255, isBase64URL},
	{"sk_live_", 16, 255, isAlnum},
	{"sk_test_", 16, 255, isAlnum},
	{"rk_live_", 16, 255, isAlnum},
	{"rk_test_", 16, 255, isAlnum},
	{"whsec_", 32, 64, isAlnum},
	{"sk-", 20, 255, isBase64URL},
	{"hf_", 34, 34, isAlnum},
	{"npm_", 36, 36, isAlnum},
	{"pypi-", 80, 255, isBase64URL},
	{"dop_v1_", 64, 64, isHex},
	{"GOCSPX-", 28, 28, isBase64URL},
	{"shpat_", 32, 32, isHex},
}

// prefixesBefore are the prefixes by the byte before their first _ or -.
var prefixesBefore = func() (by [256][]*prefix) {
	for i := range prefixes {
		p := &prefixes[i]
		c := p.text[strings.IndexAny(p.text, "_-")-1]
		by[c] = append(by[c], p)
	}
	return by
}()

// isKeyByte is what GitLab's keys are made of, with the dots of routable ones.
func isKeyByte(c byte) bool { return isBase64URL(c) || c == '.' }

// prefixed looks for a key whose prefix has its first _ or - at i, or for a private
// key in PEM.
func (s *scan) prefixed(i int) int {
	if s.text[i] == '-' && s.has(i, "-----BEGIN ") {
		return s.pem(i)
	}
	for _, p := range prefixesBefore[s.before(i)] {
		if start := i - strings.IndexAny(p.text, "_-"); s.has(start, p.text) && !isBase64URL(s.before(start)) {
			return s.secretKey(start, p)
		}
	}
	return i + 1
}

// secretKey looks for the key whose prefix p stands at start.
func (s *scan) secretKey(start int, p *prefix) int {
	body := start + len(p.text)
	end := s.run(body, p.most+1, p.in)
	for end > body && s.text[end-1] == '.' {
		end--
	}
	if end-body < p.least || end-body > p.most || isWord(s.at(end)) || !isRandom(s.text[body:end]) || p.text == "sk-" && !isMixed(s.text[body:end]) {
		return body
	}
	return s.found(start, end, key)
}

// isRandom tells what a machine chose from words: digits and letters, of these some
// that stand after a digit, and no word for an example.
func isRandom(t string) bool {
	digits, letters, turns := 0, 0, 0
	for i := range len(t) {
		switch {
		case isDigit(t[i]):
			digits++
		case isAlpha(t[i]):
			letters++
		}
		if i > 0 && isDigit(t[i]) != isDigit(t[i-1]) {
			turns++
		}
	}
	return digits > 0 && letters > 0 && turns > 1 && !isSample(t)
}

// isMixed tells whether letters of both cases stand in t.
func isMixed(t string) bool {
	return strings.ToLower(t) != t && strings.ToUpper(t) != t
}

// isSample tells what documentation writes in the place of a secret.
func isSample(t string) bool {
	for _, w := range []string{"example", "xxxx", "your", "placeholder", "redacted", "0000000", "changeme", "insert", "dummy", "sample"} {
		if hasFold(t, w) {
			return true
		}
	}
	return false
}

// capitalKey looks for the keys of Amazon and Google that begin with the A at i.
func (s *scan) capitalKey(i int) int {
	if isWord(s.before(i)) {
		return i + 1
	}
	for _, p := range [...]string{"AKIA", "ASIA", "ABIA", "ACCA"} {
		if s.has(i, p) {
			end := s.run(i+4, 17, func(c byte) bool { return isUpper(c) || isDigit(c) })
			if end == i+20 && !isWord(s.at(end)) && !isSample(s.text[i:end]) {
				return s.found(i, end, key)
			}
			return end
		}
	}
	if s.has(i, "AIza") {
		if end := s.run(i+4, 36, isBase64URL); end == i+39 && !isSample(s.text[i:end]) {
			return s.found(i, end, key)
		}
	}
	return i + 1
}

// jwt looks for a JSON Web Token (RFC 7519) whose third character is the J at i: three
// parts in base64url, of which the first two begin with the code of {".
func (s *scan) jwt(i int) int {
	start := i - 2
	if !s.has(start, "eyJ") || isBase64URL(s.before(start)) {
		return i + 1
	}
	header := s.run(i, maxJWT, isBase64URL)
	if s.at(header) != '.' || !s.has(header+1, "eyJ") {
		return header
	}
	payload := s.run(header+1, maxJWT, isBase64URL)
	if s.at(payload) != '.' {
		return payload
	}
	end := s.run(payload+1, maxJWT, isBase64URL)
	if end-start < 40 || end-payload < 17 {
		return end
	}
	return s.found(start, end, key)
}

// pem looks for a private key in the textual encoding of RFC 7468, whose first line
// begins at i; where the text ends or goes on otherwise, as far as its code goes.
func (s *scan) pem(i int) int {
	label := i + len("-----BEGIN ")
	dashes := s.run(label, 40, func(c byte) bool { return isUpper(c) || isDigit(c) || c == ' ' })
	if !s.has(dashes, "-----") || !strings.Contains(s.text[label:dashes], "PRIVATE KEY") {
		return max(dashes, i+1)
	}
	body := dashes + len("-----")
	end := s.run(body, maxPEM, func(c byte) bool {
		return isAlnum(c) || c == '+' || c == '/' || c == '=' || c == '\n' || c == '\r' || c == ' ' || c == '\\' || c == ':' || c == ',' || c == '"' || c == '\t'
	})
	if end-body < 64 || !isCode(s.text[body:end]) {
		return body
	}
	for c := s.text[end-1]; !isAlnum(c) && c != '=' && c != '+' && c != '/'; c = s.text[end-1] {
		end--
	}
	return s.found(i, s.pemEnd(end), key)
}

// pemEnd is the end of the last line of a key whose code ends before i.
func (s *scan) pemEnd(i int) int {
	j := s.run(i, 8, func(c byte) bool {
		return c == '\n' || c == '\r' || c == ' ' || c == '\\' || c == 'n' || c == '"' || c == '\t'
	})
	if !s.has(j, "-----END ") {
		return i
	}
	j = s.run(j+len("-----END "), 40, func(c byte) bool { return isUpper(c) || c == ' ' })
	if s.has(j, "-----") {
		return j + len("-----")
	}
	return i
}

// isCode tells base64 from prose: a run of 40 letters and digits.
func isCode(t string) bool {
	n := 0
	for i := range len(t) {
		if n++; !isAlnum(t[i]) && t[i] != '+' && t[i] != '/' {
			n = 0
		}
		if n >= 40 {
			return true
		}
	}
	return false
}
