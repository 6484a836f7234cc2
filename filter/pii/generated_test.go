package pii

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

// maker makes texts of a kind: with a value that is to be found, and near misses.
type maker struct {
	name  string
	kind  kind
	value func(r *rand.Rand) (context, value string)
	near  func(r *rand.Rand) string
}

const (
	digitSet = "0123456789"
	upperSet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lowerSet = "abcdefghijklmnopqrstuvwxyz"
	alnumSet = digitSet + upperSet + lowerSet
	hexSet   = "0123456789abcdef"
)

func some(r *rand.Rand, n int, set string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = set[r.IntN(len(set))]
	}
	return string(b)
}

func pick(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }

// random is some that no machine's sample would look like: it has a digit and a letter
// of each case among others.
func random(r *rand.Rand, n int, set string) string {
	for {
		s := some(r, n, set)
		if isRandom(s) && (isMixed(s) || !strings.Contains(set, "aA") && n > 0 && set != alnumSet) && !isSample(s) {
			return s
		}
	}
}

// until makes values until one has the quality.
func until(make func() string, ok func(string) bool) string {
	for {
		if v := make(); ok(v) {
			return v
		}
	}
}

func day(r *rand.Rand) (yy, m, d int) { return 40 + r.IntN(59), 1 + r.IntN(12), 1 + r.IntN(28) }

// numeric makes an id of digits only: valid ones by trying, near misses with the check
// failing, digits too many or too few, or no word beside it.
func numeric(name, context string, needsWord bool, body func(r *rand.Rand) string, check func([]byte) bool) maker {
	n := len(body(rand.New(rand.NewPCG(1, 1))))
	valid := func(v string) bool { return check([]byte(v)) && !allSame([]byte(v)) }
	return maker{
		name: name, kind: id,
		value: func(r *rand.Rand) (string, string) {
			return context, until(func() string { return body(r) }, valid)
		},
		near: func(r *rand.Rand) string {
			v := until(func() string { return body(r) }, valid)
			kinds := []string{
				context + until(func() string { return body(r) }, func(v string) bool { return !check([]byte(v)) && !couldBeOther(v) }),
				context + v[:n-2], context + "x" + v, context + v + "_1", "1." + v,
			}
			if needsWord {
				kinds = append(kinds, "the value "+v)
			}
			return kinds[r.IntN(len(kinds))]
		},
	}
}

// couldBeOther tells whether v with a wrong check is by chance of a kind that has the
// same length and needs the same words, or none.
func couldBeOther(v string) bool {
	d := []byte(v)
	switch len(v) {
	case 13:
		return isAHV(d)
	case 15:
		return isNIR(d) || luhn(d)
	case 18:
		return isChinese(d)
	}
	return false
}

func numerics() []maker {
	dated := func(form string, rest int) func(r *rand.Rand) string {
		return func(r *rand.Rand) string {
			yy, m, d := day(r)
			return strings.NewReplacer("Y", fmt.Sprintf("%02d", yy), "M", fmt.Sprintf("%02d", m), "D", fmt.Sprintf("%02d", d)).Replace(form) + some(r, rest, digitSet)
		}
	}
	plain := func(n int) func(r *rand.Rand) string {
		return func(r *rand.Rand) string { return some(r, n, digitSet) }
	}
	return []maker{
		numeric("SSN", "my social security number is ", true, plain(9), isSSN),
		numeric("NIR", "numéro ", false, func(r *rand.Rand) string {
			yy, m, _ := day(r)
			return fmt.Sprintf("%d%02d%02d%02d%s", 1+r.IntN(2), yy, m, 1+r.IntN(95), some(r, 8, digitSet))
		}, isNIR),
		numeric("Steuer-ID", "Steuer-ID: ", true, plain(11), isSteuerID),
		numeric("BSN", "BSN: ", true, plain(9), isBSN),
		numeric("PESEL", "PESEL ", true, dated("YMD", 5), isPESEL),
		numeric("CPF", "CPF: ", true, plain(11), isCPF),
		numeric("CNPJ", "CNPJ ", true, plain(14), isCNPJ),
		numeric("Aadhaar", "Aadhaar no. ", true, plain(12), isAadhaar),
		numeric("personnummer", "personnummer ", true, dated("YMD", 4), isPersonnummer),
		numeric("fødselsnummer", "fødselsnummer ", true, dated("DMY", 5), isFodselsnummer),
		numeric("rijksregister", "rijksregisternummer ", true, dated("YMD", 5), isRijksregister),
		numeric("SIN", "SIN: ", true, plain(9), isSIN),
		numeric("TFN", "TFN: ", true, plain(9), isTFN),
		numeric("AHV", "AHV ", false, func(r *rand.Rand) string { return "756" + some(r, 10, digitSet) }, isAHV),
		numeric("TC Kimlik", "TC Kimlik: ", true, plain(11), isTCKimlik),
		numeric("NIF", "NIF: ", true, plain(9), isNIF),
		numeric("South Africa", "RSA ID ", true, dated("YMD", 7), isSouthAfrican),
		numeric("My Number", "MyNumber ", true, plain(12), isMyNumber),
		numeric("China", "", false, func(r *rand.Rand) string {
			yy, m, d := day(r)
			return fmt.Sprintf("110101%d%02d%02d%s", 1900+yy, m, d, some(r, 4, digitSet))
		}, isChinese),
	}
}

// letteredMaker makes an id with letters; its near misses have a wrong check or one more
// character on either side.
func letteredMaker(name string, body func(r *rand.Rand) string, check func(string) bool) maker {
	valid := func(r *rand.Rand) string { return until(func() string { return body(r) }, check) }
	return maker{
		name: name, kind: id,
		value: func(r *rand.Rand) (string, string) { return "", valid(r) },
		near: func(r *rand.Rand) string {
			wrong := until(func() string { return body(r) }, func(v string) bool { return !check(v) })
			return pick(r, wrong, valid(r)+"7", "Q"+valid(r), strings.ToLower(valid(r)), valid(r)[1:])
		},
	}
}

func lettereds() []maker {
	return []maker{
		letteredMaker("DNI", func(r *rand.Rand) string { return some(r, 8, digitSet) + some(r, 1, upperSet) }, isDNI),
		letteredMaker("NIE", func(r *rand.Rand) string { return some(r, 1, "XYZ") + some(r, 7, digitSet) + some(r, 1, upperSet) }, isNIE),
		letteredMaker("codice fiscale", func(r *rand.Rand) string {
			return some(r, 6, upperSet) + some(r, 2, digitSet) + some(r, 1, "ABCDEHLMPRST") + some(r, 2, digitSet) + some(r, 1, upperSet) + some(r, 3, digitSet) + some(r, 1, upperSet)
		}, isCodiceFiscale),
		letteredMaker("CURP", func(r *rand.Rand) string {
			yy, m, d := day(r)
			return some(r, 4, upperSet) + fmt.Sprintf("%02d%02d%02d", yy, m, d) + some(r, 1, "HM") + some(r, 5, upperSet) + some(r, 2, digitSet)
		}, isCURP),
		{
			"NINO", id,
			func(r *rand.Rand) (string, string) {
				v := until(func() string { return some(r, 2, upperSet) + some(r, 6, digitSet) + some(r, 1, "ABCD") }, isNINO)
				return pick(r, "National Insurance number ", "NINO: "), pick(r, v, v[:2]+" "+v[2:4]+" "+v[4:6]+" "+v[6:8]+" "+v[8:])
			},
			func(r *rand.Rand) string {
				v := until(func() string { return some(r, 2, upperSet) + some(r, 6, digitSet) + some(r, 1, "ABCD") }, isNINO)
				return pick(r, "part "+v, "NINO: D"+v[1:], "NINO: "+v[:8]+"E", "NINO: "+v[:8], "NINO: "+v+"9", "NINO: BG"+v[2:])
			},
		},
	}
}

// keyMaker makes a key of a fixed prefix; its near misses are shorter, longer, part of a
// word, or a sample.
func keyMaker(prefix string, n int, set string, exact bool) maker {
	return maker{
		name: prefix, kind: key,
		value: func(r *rand.Rand) (string, string) {
			return pick(r, "", "use ", "X-Key: ", "("), prefix + random(r, n, set)
		},
		near: func(r *rand.Rand) string {
			v := random(r, n, set)
			list := []string{prefix + v[:8], "q" + prefix + v, prefix + "your" + v[4:], prefix + strings.Repeat("x", n)}
			if exact {
				list = append(list, prefix+v+"9", prefix+v[1:])
			}
			return list[r.IntN(len(list))]
		},
	}
}

func keys() []maker {
	base32, url := upperSet+"234567", alnumSet+"-_"
	body := func(r *rand.Rand, n int) string { return random(r, n, alnumSet) }
	return []maker{
		keyMaker("AKIA", 16, base32, true), keyMaker("ASIA", 16, base32, true),
		keyMaker("ghp_", 36, alnumSet, true), keyMaker("gho_", 36, alnumSet, true), keyMaker("ghs_", 36, alnumSet, true),
		keyMaker("github_pat_", 82, alnumSet, true), keyMaker("glpat-", 20, alnumSet, false),
		keyMaker("xoxb-", 48, alnumSet, false), keyMaker("xoxp-", 60, alnumSet, false),
		keyMaker("sk_live_", 24, alnumSet, false), keyMaker("rk_test_", 24, alnumSet, false),
		keyMaker("sk-", 48, alnumSet, false), keyMaker("sk-proj-", 80, alnumSet, false), keyMaker("sk-ant-api03-", 93, alnumSet, false),
		keyMaker("AIza", 35, alnumSet, true), keyMaker("hf_", 34, alnumSet, true), keyMaker("npm_", 36, alnumSet, true),
		{
			"JWT", key,
			func(r *rand.Rand) (string, string) {
				return pick(r, "", "token: ", "Cookie: s="), "eyJ" + some(r, 17+r.IntN(30), url) + ".eyJ" + some(r, 20+r.IntN(200), url) + "." + some(r, 43, url)
			},
			func(r *rand.Rand) string {
				h, p := "eyJ"+some(r, 17, alnumSet), "eyJ"+some(r, 40, alnumSet)
				return pick(r, h, h+"."+p, h+"."+some(r, 40, lowerSet)+"."+some(r, 43, alnumSet), "z"+h+"."+p+".a", h+"."+p+".", h+" . "+p)
			},
		},
		{
			"PEM", key,
			func(r *rand.Rand) (string, string) {
				label := pick(r, "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
				lines, nl := "", pick(r, "\n", "\r\n", `\n`)
				for range 3 + r.IntN(20) {
					lines += some(r, 64, alnumSet+"+/") + nl
				}
				return "", "-----BEGIN " + label + "-----" + nl + lines + "-----END " + label + "-----"
			},
			func(r *rand.Rand) string {
				label := pick(r, "CERTIFICATE", "PUBLIC KEY", "RSA PUBLIC KEY", "PGP SIGNATURE")
				return pick(r, "-----BEGIN "+label+"-----\n"+some(r, 64, alnumSet)+"\n-----END "+label+"-----",
					"-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n"+some(r, 20, alnumSet))
			},
		},
		{
			"AWS secret", key,
			func(r *rand.Rand) (string, string) {
				return pick(r, "aws_secret_access_key = ", `"SecretAccessKey": "`, "AWS_SECRET_ACCESS_KEY="), body(r, 20) + "/" + body(r, 19)
			},
			func(r *rand.Rand) string {
				v := body(r, 40)
				return pick(r, "sha: "+v, v, "aws_secret_access_key = "+v[:12], "aws_secret_access_key = $"+v, "aws_secret_access_key = <"+v+">", "secret = the_value_of_the_other_thing")
			},
		},
		{
			"secret", key,
			func(r *rand.Rand) (string, string) {
				return pick(r, "api_key=", "client_secret: ", `"access_token": "`, "API-Key: ", "secretKey = '", "auth_token := "), pick(r, body(r, 32), random(r, 40, hexSet))
			},
			func(r *rand.Rand) string {
				v := body(r, 32)
				return pick(r, "commit "+random(r, 40, hexSet), "id: "+v, "api_key="+v[:10], "api_key=YOUR_"+v, "client_secret: "+some(r, 30, lowerSet), "access_token == "+v, "secrets: "+v)
			},
		},
		{
			"Authorization", key,
			func(r *rand.Rand) (string, string) {
				return pick(r, "Authorization: Bearer ", "authorization: Basic ", "Proxy-Authorization: Basic "), body(r, 24+r.IntN(40))
			},
			func(r *rand.Rand) string {
				v := body(r, 30)
				return pick(r, "Authorization: "+v[:8], "Authorization: Bearer <token>", "Authorization: Bearer "+v[:10], "Accept: "+v, "Authorization: Bearer your"+v)
			},
		},
	}
}

func passwords() []maker {
	word := func(r *rand.Rand) string {
		return until(func() string { return some(r, 6+r.IntN(10), alnumSet+"!@#*+=?") }, func(v string) bool {
			return isPassword(v, false) && isAlnum(v[len(v)-1]) && v[0] != '=' && !strings.Contains(v, "@")
		})
	}
	return []maker{
		{
			"password", password,
			func(r *rand.Rand) (string, string) {
				if v := word(r); strings.ContainsAny(v, digitSet) && r.IntN(10) == 0 {
					return "my password is ", v
				}
				return pick(r, "password = ", "Password: ", "passwd:", `"password": "`, "DB_PASSWORD=", "pwd='", "Passwort: ", "contraseña: ", "mot de passe : ", "пароль: ", "密码："), word(r)
			},
			func(r *rand.Rand) string {
				v := word(r)
				return pick(r, "password = "+some(r, 8, lowerSet), "password: ", "password = $"+v, "password = ${"+v+"}", "password == "+v, "password: <"+v+">", "passwords: "+v,
					"password=get("+v+")", "password: ****", "password = "+v[:4], "word: "+v, "password: /"+v, "password: %s1", "password="+some(r, 5, lowerSet)+"_password1")
			},
		},
		{
			"URL", password,
			func(r *rand.Rand) (string, string) {
				return pick(r, "https", "ftp", "postgres", "mongodb+srv", "redis", "amqp") + "://" + some(r, 6, lowerSet) + ":", word(r)
			},
			func(r *rand.Rand) string {
				v := word(r)
				return pick(r, "https://host:8080/"+v, "https://user:password@acme.com", "https://user:${PW}@acme.com", "https://u:<"+v+">@acme.com",
					"https://"+some(r, 6, lowerSet)+"@acme.com", "https://user:"+v+"@db.example.com/", "http://user:pass@acme.com", "user:"+v)
			},
		},
	}
}

// numbers are the kinds that the labelled set has too, of which its held-out half has no
// IP address at all.
func numbers() []maker {
	v4 := func(r *rand.Rand) string {
		return until(func() string {
			return fmt.Sprintf("%d.%d.%d.%d", 1+r.IntN(223), r.IntN(256), r.IntN(256), 1+r.IntN(255))
		}, func(v string) bool { return isPublic(netip.MustParseAddr(v)) })
	}
	v6 := func(r *rand.Rand) string {
		return fmt.Sprintf("2a%02x:%x:%x", r.IntN(256), 1+r.IntN(65535), 256+r.IntN(65000)) + pick(r, "::1", "::"+some(r, 3, "123abc")+":7", ":1:2:3:4:5", ":9::8")
	}
	cardOf := func(r *rand.Rand) string {
		lead, n := pick(r, "4", "51", "55", "2223", "37", "6011", "3530"), 16
		if lead == "37" {
			n = 15
		}
		return until(func() string { return lead + some(r, n-len(lead), digitSet) }, func(v string) bool { return luhn([]byte(v)) })
	}
	ibanOf := func(r *rand.Rand) string {
		country := pick(r, "DE", "FR", "GB", "NL", "ES")
		body := map[string]string{
			"DE": some(r, 18, digitSet), "FR": some(r, 23, digitSet), "ES": some(r, 20, digitSet),
			"GB": some(r, 4, upperSet) + some(r, 14, digitSet), "NL": some(r, 4, upperSet) + some(r, 10, digitSet),
		}[country]
		return until(func() string { return country + some(r, 2, digitSet) + body }, func(v string) bool { return mod97([]byte(v[4:]), []byte(v[:4])) == 1 })
	}
	return []maker{
		{
			"IPv4", ip,
			func(r *rand.Rand) (string, string) {
				return pick(r, "from address ", "IP: ", "client ", "host="), v4(r)
			},
			func(r *rand.Rand) string {
				v := v4(r)
				return pick(r, "lib-"+v, "v"+v, "version 1.2.3.4", v+".5", "10."+v[strings.IndexByte(v, '.')+1:], "300"+v[strings.IndexByte(v, '.'):], "see section 4.5.6.7", "1.3.6.1.4.1.311", v+"-1ubuntu2")
			},
		},
		{
			"IPv6", ip,
			func(r *rand.Rand) (string, string) {
				return pick(r, "from ", "[", "", "address: "), v6(r)
			},
			func(r *rand.Rand) string {
				return pick(r, "std::"+some(r, 4, "abcdef"), "fe80::"+some(r, 3, hexSet), "2001:db8::"+some(r, 3, hexSet), "12:34:56", some(r, 2, hexSet)+":11:22:33:44:55:66:77", "g"+v6(r)[1:], "fd00::1", "::1")
			},
		},
		{
			"card", card,
			func(r *rand.Rand) (string, string) {
				v := cardOf(r)
				if len(v) == 16 {
					v = pick(r, v, v[:4]+" "+v[4:8]+" "+v[8:12]+" "+v[12:], v[:4]+"-"+v[4:8]+"-"+v[8:12]+"-"+v[12:])
				}
				return pick(r, "card ", "", "pay with "), v
			},
			func(r *rand.Rand) string {
				v := cardOf(r)
				wrong := v[:len(v)-1] + string('0'+(v[len(v)-1]-'0'+1)%10)
				return pick(r, "card "+wrong, "0."+v, "card "+v[:8], "card "+v+"1", "isbn "+v, "x"+v, "7"+v[1:], "id_"+v, "card 0000000000000000")
			},
		},
		{
			"IBAN", iban,
			func(r *rand.Rand) (string, string) {
				v := ibanOf(r)
				grouped := ""
				for i := 0; i < len(v); i += 4 {
					grouped += " " + v[i:min(len(v), i+4)]
				}
				return pick(r, "IBAN ", "", "to "), pick(r, v, grouped[1:])
			},
			func(r *rand.Rand) string {
				v := ibanOf(r)
				wrong := v[:len(v)-1] + string('0'+(v[len(v)-1]-'0'+1)%10)
				return pick(r, wrong, v[:len(v)-1], v+"1", "X"+v, "QQ"+v[2:], v+"_1")
			},
		},
		{
			"e-mail", email,
			func(r *rand.Rand) (string, string) {
				return pick(r, "", "mail ", "(", "<", "to: "), some(r, 1, lowerSet) + some(r, r.IntN(8), lowerSet+digitSet+"_") + pick(r, "", ".", "-", "+", ".x.") + some(r, 2, lowerSet) + "@" + some(r, 6, lowerSet) + pick(r, ".com", ".de", ".co.uk", ".org", ".info")
			},
			func(r *rand.Rand) string {
				u, h := some(r, 6, lowerSet), some(r, 6, lowerSet)
				return pick(r, u+"@example.com", u+"@mail.example.org", u+"@localhost", u+"@"+h, u+"@"+h+".invalid", "git@"+h+".com:"+u+"/x.git", "ssh://"+u+"@"+h+".com/", "@"+h+".com", u+"@@"+h+".com", u+"@"+h+".service", "npm "+u+"@1.2.3", u+" @ "+h+".com")
			},
		},
	}
}

// behind is what follows a value: what closes the quote or the URL that is open.
func behind(context, name string) string {
	switch {
	case name == "URL":
		return "@db.acme.com/x"
	case strings.HasSuffix(context, `"`):
		return `"`
	case strings.HasSuffix(context, "'"):
		return "'"
	case strings.HasSuffix(context, "("):
		return ")"
	case strings.HasSuffix(context, "["):
		return "]"
	case strings.HasSuffix(context, "<"):
		return ">"
	}
	return ""
}

// TestGenerated: 200 values of every key, password and id are found, and whole; in 200
// near misses nothing of the kind is.
func TestGenerated(t *testing.T) {
	f := finder(t)
	var all []maker
	for _, list := range [][]maker{numbers(), numerics(), lettereds(), keys(), passwords()} {
		all = append(all, list...)
	}
	for n, m := range all {
		t.Run(m.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(4, uint64(n)))
			missed, wrong := 0, 0
			for range 200 {
				context, value := m.value(r)
				lead := pick(r, "", "Hello. ", "x\n")
				text := lead + context + value + behind(context, m.name) + pick(r, "", "\n", " and so on")
				edits := f.Append(nil, text)
				if len(edits) != 1 || edits[0].Rule != names[m.kind] || text[edits[0].Start:edits[0].End] != value {
					missed++
					t.Logf("missed: %q, got %q", text, apply(text, edits))
				}
				text = lead + m.near(r) + "\n"
				for _, e := range f.Append(nil, text) {
					if e.Rule == names[m.kind] {
						wrong++
						t.Logf("wrong: %q in %q", text[e.Start:e.End], text)
					}
				}
			}
			if missed > 0 || wrong > 0 {
				t.Errorf("missed %d of 200, and %d wrong of 200", missed, wrong)
			}
		})
	}
}
