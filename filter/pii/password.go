package pii

import (
	"strings"
	"unicode/utf8"
)

// behindColon looks at the colon at i: of an IPv6 address, or behind a name.
func (s *scan) behindColon(i int) int {
	if isHex(s.at(i + 1)) {
		if start := s.runBack(i, 5, isHex); start < i && i-start <= 4 {
			if end, ok := s.v6(start); ok {
				return end
			}
		}
	}
	return s.assigned(i)
}

// naming is what the name before a colon or an equals sign says of the value.
type naming int

const (
	noName naming = iota
	namesPassword
	namesSecret
	namesHeader
)

// passwordNames and secretNames are how such names end, in lower case.
var (
	passwordNames = []string{
		"password", "passwd", "passphrase", "passcode", "pwd", "passwort", "kennwort", "contraseña", "contrasena", "senha",
		"wachtwoord", "lösenord", "haslo", "hasło", "пароль", "密码", "密碼", "パスワード", "비밀번호", "mot de passe",
	}
	secretNames = []string{
		"secret", "secret_key", "secret-key", "secretkey", "secret key", "api_key", "api-key", "apikey", "api key", "access_token", "access-token", "accesstoken",
		"access token", "auth_token", "auth-token", "authtoken", "refresh_token", "access_key", "secretaccesskey", "secret access key", "secret_access_key",
		"private_key", "private_token", "bearer_token", "client_secret", "clientsecret", "api_token", "api-token", "api token", "session_token", "signing_key",
		"encryption_key", "bot_token", "github_token", "auth_key", "account_key", "accountkey", "api_secret", "app_secret", "consumer_secret", "webhook_secret",
	}
)

// fullWidth looks for the password or the secret behind the ： or ＝ at i.
func (s *scan) fullWidth(i int) int {
	if !s.has(i, "：") && !s.has(i, "＝") {
		return i + 1
	}
	if named := s.naming(i); named != noName {
		return s.valued(i+len("："), named)
	}
	return i + len("：")
}

// assigned looks for the password or the secret behind the : or = at i.
func (s *scan) assigned(i int) int {
	named := s.naming(i)
	if named == noName {
		return i + 1
	}
	start := i + 1
	if s.text[i] == ':' && s.at(start) == '=' || s.text[i] == '=' && s.at(start) == '>' {
		start++
	} else if c := s.at(start); c == '=' || c == ':' {
		return start
	}
	return s.valued(start, named)
}

// valued looks for the value of a name, at i or behind spaces.
func (s *scan) valued(i int, named naming) int {
	start := s.run(i, 8, func(c byte) bool { return c == ' ' || c == '\t' })
	if named == namesHeader {
		return s.header(start)
	}
	start, end, quoted := s.value(start)
	value := s.text[start:end]
	switch {
	case named == namesPassword && isPassword(value, quoted):
		return s.found(start, end, password)
	case named == namesSecret && isSecret(value):
		return s.found(start, end, key)
	}
	return i
}

// naming reads the name before i.
func (s *scan) naming(i int) naming {
	end := i
	for end > max(s.floor, i-4) {
		switch c := s.text[end-1]; c {
		case ' ', '\t', '"', '\'', '`', ']', '*':
			end--
			continue
		}
		break
	}
	name := s.text[max(s.floor, end-maxName):end]
	if len(name) < 3 {
		return noName
	}
	for _, n := range namesBefore[lower(name[len(name)-1])] {
		if endsWith(name, n.text) {
			return n.naming
		}
	}
	return noName
}

// named is a name with what it says.
type named struct {
	text   string
	naming naming
}

// namesBefore are the names by their last byte.
var namesBefore = func() (by [256][]named) {
	add := func(list []string, n naming) {
		for _, text := range list {
			c := text[len(text)-1]
			by[c] = append(by[c], named{text, n})
		}
	}
	add(passwordNames, namesPassword)
	add(secretNames, namesSecret)
	add([]string{"authorization"}, namesHeader)
	return by
}()

// endsWith tells whether name ends with end, which is in lower case.
func endsWith(name, end string) bool {
	if len(name) < len(end) {
		return false
	}
	name = name[len(name)-len(end):]
	for i := range len(end) {
		if lower(name[i]) != end[i] {
			return false
		}
	}
	return true
}

// value is what stands at i, within quotes or up to a space.
func (s *scan) value(i int) (start, end int, quoted bool) {
	q := s.at(i)
	if q == '"' || q == '\'' || q == '`' {
		end = s.run(i+1, maxSecret, func(c byte) bool { return c != q && c > ' ' && c != '<' && c != '>' })
		if s.at(end) == q {
			return i + 1, end, true
		}
		return i, i, true
	}
	end = s.run(i, maxSecret+1, isValue)
	if end-i > maxSecret || s.at(end) == '<' && end > i || s.at(end) == '>' {
		return i, i, false
	}
	for end > i && strings.IndexByte(".)]}:", s.text[end-1]) >= 0 {
		end--
	}
	return i, end, false
}

// isValue holds what a value without quotes is made of: no quotes, no brackets of tags,
// nothing from U+2000 on, which ends a sentence in Chinese.
func isValue(c byte) bool {
	switch c {
	case '"', '\'', '`', '<', '>', ',', ';', '|':
		return false
	}
	return c > ' ' && c < 0xe2
}

// isPassword tells a password from a word, a variable, a path or a call: letters with
// digits or marks among them.
func isPassword(v string, quoted bool) bool {
	if len(v) < 6 || !utf8.ValidString(v) || isSample(v) || strings.IndexByte("$%{<[(/~*.&\\#", v[0]) >= 0 {
		return false
	}
	letters, digits, marks := 0, 0, 0
	for i := range len(v) {
		switch c := v[i]; {
		case isLetter(c):
			letters++
		case isDigit(c):
			digits++
		case c == '(' || c == '[' || c == '{' || c == '\\':
			return false
		case strings.IndexByte("!@#$%^&*?+=~", c) >= 0:
			marks++
		}
	}
	if letters == 0 || digits+marks == 0 {
		return false
	}
	for _, w := range []string{"passw", "passphrase", "://", "...", "%s", "secret", "encrypt", "$"} {
		if hasFold(v, w) && (w != "$" || !quoted) {
			return false
		}
	}
	return quoted || digits+marks > 1 || !isDigit(v[len(v)-1]) || strings.IndexByte(v, '_') < 0
}

// isSecret tells a secret that a machine chose: 16 characters or more of base64 or
// hexadecimal digits, evenly used.
func isSecret(v string) bool {
	if len(v) < 16 || len(v) > maxSecret || !isRandom(v) {
		return false
	}
	var seen [256]bool
	distinct, digits, upper := 0, 0, 0
	for i := range len(v) {
		c := v[i]
		if !isBase64URL(c) && c != '+' && c != '/' && c != '=' && c != '~' {
			return false
		}
		if !seen[c] {
			seen[c] = true
			distinct++
		}
		if isDigit(c) {
			digits++
		} else if isUpper(c) {
			upper++
		}
	}
	return distinct >= 10 && (digits >= 2 && (digits*8 >= len(v) || upper*6 >= len(v)) || isMixed(v) && upper*5 >= len(v))
}

// header looks for the credentials of an Authorization header at i.
func (s *scan) header(i int) int {
	for _, scheme := range []string{"Bearer ", "bearer ", "Basic ", "basic ", "token ", "Token "} {
		if s.has(i, scheme) {
			start := i + len(scheme)
			end := s.run(start, maxJWT, func(c byte) bool { return isBase64URL(c) || c == '+' || c == '/' || c == '=' || c == '.' || c == '~' })
			if end-start >= 16 && isRandom(s.text[start:end]) {
				return s.found(start, end, key)
			}
			return start
		}
	}
	return i
}

// said looks for "password is X" where the first digit of X is at i or before.
func (s *scan) said(i int) (int, bool) {
	start := s.runBack(i, maxName, isValue)
	if !s.has(start-4, " is ") || s.naming(start-4) != namesPassword {
		return 0, false
	}
	from, end, quoted := s.value(start)
	if !isPassword(s.text[from:end], quoted) {
		return 0, false
	}
	return s.found(from, end, password), true
}

// userinfo looks for the password of a URL whose @ is at i: scheme://user:password@host.
func (s *scan) userinfo(i int) (int, bool) {
	start := s.runBack(i, maxUser, func(c byte) bool { return c > ' ' && c != '/' && c != '@' && c != '<' && c != '>' && c != '"' })
	if !s.has(start-3, "://") {
		return 0, false
	}
	c := strings.IndexByte(s.text[start:i], ':')
	if c < 0 {
		return 0, false
	}
	if v := s.text[start+c+1 : i]; isUserPassword(v) && !s.isSampleHost(i+1) {
		s.found(start+c+1, i, password)
	}
	return i + 1, true
}

// isSampleHost tells a name for examples at i, or none.
func (s *scan) isSampleHost(i int) bool {
	end := s.domain(i)
	return !isAlnum(s.at(i)) || end > i && isExampleHost(s.text[i:end]) || s.has(s.run(i, maxDomain, isHost), `\&`)
}

// isUserPassword tells a password in a URL from the words that stand for one.
func isUserPassword(v string) bool {
	if len(v) < 3 || !utf8.ValidString(v) || isSample(v) || strings.ContainsAny(v, "${}[]()\\:") || strings.Trim(v, "*.") == "" || v[0] == '%' || hasFold(v, "passw") {
		return false
	}
	for _, w := range []string{"pass", "pwd", "secret", "token", "user", "username", "test", "port", "key", "foo", "bar", "anoncvs", "anonymous"} {
		if strings.EqualFold(v, w) {
			return false
		}
	}
	for _, w := range passwordNames {
		if strings.EqualFold(v, w) {
			return false
		}
	}
	return true
}
