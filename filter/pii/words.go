package pii

import "strings"

// wordSet is what the words around a number say of it.
type wordSet uint64

const (
	wordIP wordSet = 1 << iota
	wordVersion
	wordCard
	wordPhone
	wordCall
	wordMe
	wordSSN
	wordSocial
	wordSecurity
	wordNational
	wordInsurance
	wordNINO
	wordTax
	wordDE
	wordNL
	wordPL
	wordBR
	wordIN
	wordSE
	wordCA
	wordAU
	wordTR
	wordPT
	wordZA
	wordJP
	wordKR
	wordID
	wordES
	wordDK
	wordNO
	wordBE
	wordHash
)

func (w wordSet) has(any wordSet) bool { return w&any != 0 }

// meanings are the words that say what a number is, in lower case.
var meanings = func() map[string]wordSet {
	m := map[string]wordSet{}
	for set, list := range map[wordSet]string{
		wordIP: "ip ipv4 ipaddr ipaddress address addresses addr host hosts client server inet inet4 ping nameserver gateway dns " +
			"subnet netmask network peer router remote_addr client_ip adresse dirección indirizzo",
		wordVersion: "version versions ver vers release releases released v section sections sect chapter appendix oid oids " +
			"glibc gcc kernel firmware build driver upgrade update upgraded updated downgrade since before rfc clause table figure objectidentifier " +
			"paragraph changes changelog revision rev patch versión versione",
		wordCard: "card cards visa mastercard maestro amex american discover diners jcb unionpay rupay credit debit cc pan " +
			"creditcard tarjeta carte karte kreditkarte cartão carta 卡",
		wordPhone: "phone phones telephone tel telefon telefono teléfono telefone téléphone telephones mobile mobil móvil cell cellphone " +
			"cellular celular fax facsimile whatsapp sms hotline helpline handy handynummer rufnummer telefonnummer telefoonnummer " +
			"portable gsm landline ph fono tlf telefax phonenumber voicemail pager тел телефон факс telefonnr puhelin numéro-de-téléphone",
		wordCall:      "call calls called calling caller dial ring rang text texted reach contact contacts number numbers desk office home work callback line direct",
		wordMe:        "me us him her them my your his our their i you we is at on to for from please",
		wordSSN:       "ssn ssns ss# ssn's itin",
		wordSocial:    "social",
		wordSecurity:  "security",
		wordNational:  "national",
		wordInsurance: "insurance",
		wordNINO:      "nino ni nin",
		wordTax:       "tax tin taxpayer",
		wordDE:        "steuer steueridentifikationsnummer identifikationsnummer idnr steuerid steuernummer",
		wordNL:        "bsn burgerservicenummer sofi sofinummer burgerservicenr",
		wordPL:        "pesel peselem",
		wordBR:        "cpf cnpj",
		wordIN:        "aadhaar aadhar uidai uid adhar",
		wordSE:        "personnummer personnr pnr samordningsnummer",
		wordCA:        "sin nas",
		wordAU:        "tfn",
		wordTR:        "kimlik tckn tc tckimlik",
		wordPT:        "nif contribuinte",
		wordZA:        "rsa south",
		wordJP:        "mynumber kojin",
		wordKR:        "rrn resident",
		wordID:        "id identity identification identifier idno",
		wordES:        "dni nie",
		wordDK:        "cpr",
		wordNO:        "fødselsnummer fodselsnummer personnummer fnr",
		wordBE:        "rijksregister rijksregisternummer insz niss",
		wordHash:      "isbn issn doi asin ean upc oclc lccn dfars far cfr rfc cve ieee iso iec standard fips",
	} {
		for _, w := range strings.Fields(list) {
			m[w] |= set
		}
	}
	return m
}()

// unspaced are words of scripts that do not part words.
var unspaced = []struct {
	word string
	set  wordSet
}{
	{"电话", wordPhone},
	{"電話", wordPhone},
	{"手机", wordPhone},
	{"手機", wordPhone},
	{"传真", wordPhone},
	{"携帯", wordPhone},
	{"전화", wordPhone},
	{"휴대폰", wordPhone},
	{"卡号", wordCard},
	{"信用卡", wordCard},
	{"カード", wordCard},
	{"マイナンバー", wordJP},
	{"個人番号", wordJP},
	{"आधार", wordIN},
	{"주민등록번호", wordKR},
}

// wordsBefore and wordsAfter are the meanings of the words near i, on both sides of
// at most one line's end.
func (s *scan) wordsBefore(i int) wordSet {
	if i != s.wordsAt {
		s.wordsAt, s.words = i, wordsIn(s.text[max(0, i-windowBefore):i], i > windowBefore, false)
	}
	return s.words
}

func (s *scan) wordsAfter(i int) wordSet {
	end := min(len(s.text), i+windowAfter)
	return wordsIn(s.text[i:end], false, end < len(s.text))
}

// wordsIn reads the words of a window; the first and the last may be cut.
func wordsIn(window string, cutFirst, cutLast bool) (set wordSet) {
	var word [24]byte
	foreign := false
	for i := 0; i < len(window); {
		n, from := 0, i
		for i < len(window) && isLetter(window[i]) && !strings.HasPrefix(window[i:], "\u00a0") {
			if n < len(word) {
				word[n] = lower(window[i])
			}
			foreign = foreign || window[i] >= 0xd8
			n++
			i++
		}
		cut := cutFirst && from == 0 || cutLast && i == len(window) || from > 0 && isDigit(window[from-1]) || i < len(window) && isDigit(window[i])
		if n > 0 && n <= len(word) && !cut {
			set |= meanings[string(word[:n])]
		}
		if n == 0 {
			i++
		}
	}
	if foreign {
		for _, u := range unspaced {
			if strings.Contains(window, u.word) {
				set |= u.set
			}
		}
	}
	return set
}

func isLetter(c byte) bool { return isAlpha(c) || c >= 0x80 }
