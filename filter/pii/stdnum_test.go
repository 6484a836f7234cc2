package pii

import (
	"os"
	"strings"
	"testing"
)

// contexts are what stands before a number, the words that its rule needs among it.
var contexts = map[string]string{
	"us.ssn": "SSN: ", "fr.nir": "n° ", "es.dni": "DNI ", "es.nie": "NIE ", "it.codicefiscale": "codice fiscale ", "de.idnr": "Steuer-ID: ",
	"nl.bsn": "BSN ", "pl.pesel": "PESEL: ", "cn.ric": "身份证号：", "br.cpf": "CPF ", "br.cnpj": "CNPJ ", "in_.aadhaar": "Aadhaar ",
	"se.personnummer": "personnummer ", "no.fodselsnummer": "fødselsnummer ", "dk.cpr": "CPR ", "be.nn": "rijksregisternummer ",
	"ca.sin": "SIN ", "au.tfn": "TFN ", "ch.ssn": "AHV ", "kr.rrn": "RRN ", "tr.tckimlik": "TC Kimlik ", "pt.nif": "NIF ",
	"za.idnr": "RSA ID ", "mx.curp": "CURP ", "iban": "IBAN ", "luhn": "card ",
}

// TestStdnum holds the checks to those of python-stdnum 2.2
// (testdata/scripts/pii_fixtures.py): 30 numbers a kind, and 30 in which it finds a
// wrong digit.
func TestStdnum(t *testing.T) {
	data, err := os.ReadFile("testdata/stdnum.tsv")
	if err != nil {
		t.Fatal(err)
	}
	f := finder(t)
	lines := 0
	for line := range strings.Lines(string(data)) {
		field := strings.Split(strings.TrimSpace(line), "\t")
		kind, number, valid := field[0], field[1], field[2] == "1"
		want := id
		switch kind {
		case "iban":
			want = iban
		case "luhn":
			want = card
		}
		text := contexts[kind] + number + "."
		found := false
		for _, e := range f.Append(nil, text) {
			found = found || e.Rule == names[want] && e.Start == len(contexts[kind]) && e.End == len(text)-1
		}
		if found != valid {
			t.Errorf("%s %s: found %v, valid %v", kind, number, found, valid)
		}
		lines++
	}
	if lines < 1500 {
		t.Errorf("only %d numbers", lines)
	}
}
