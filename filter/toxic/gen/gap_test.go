package main

import (
	"slices"
	"strings"
	"testing"

	"corpus/filter/linear"
	"corpus/filter/toxic"
)

// unlisted are words for people that identity.txt has not. The first list was
// looked at while the model was tuned; fresh was not written before it was done.
var unlisted = strings.Split("bajan ruthenian occitan breton frisian sorbian galician corsican sardinian walloon flemish faroese tuvan yakut buryat "+
	"circassian abkhaz ossetian kalmyk karen chin shan akan ewe fulani mossi wolof mandinka twi tigrayan nubian beja tuareg saharan mapuche aymara quechua "+
	"guarani garifuna creole cajun acadian ojibwe lakota apache hopi inupiat yupik aleut pacific_islander torres_strait_islander kurdistani "+
	"alawite ibadi ahmadi maronite copt melkite nestorian hussite waldensian moravian adventist jehovah's_witness rastafarian santeria candomble shintoist "+
	"animist deist pantheist ismaili bohra parsi lingayat ravidassia hutterite dervish "+
	"androgynous neutrois femme butch gender-fluid same-sex_attracted aroace greysexual omnisexual intersexed "+
	"hard_of_hearing visually_impaired wheelchair_user amputated scoliotic hemophiliac dyscalculic synesthetic celiac asthmatic arthritic "+
	"southpaw curly-haired freckled nonagenarian middle-schooler grown-up thirtysomething stay-at-home barista blacksmith", " ")

var fresh = strings.Split("gibraltarian liechtensteiner bermudian greenlandic tahitian guamanian curacaoan sahrawi tyrolean bavarian sicilian neapolitan "+
	"andalusian asturian aragonese castilian manx cornish orcadian shetlander savoyard alsatian lorrainer silesian kashubian lusatian vojvodinian gagauz "+
	"aromanian vlach pomak bashkir chuvash udmurt komi mari karelian livonian ingush dagestani avar lezgin talysh yeniseian nenets evenk chukchi ainu okinawan "+
	"hakka uzbekistani miao zhuang balinese javanese sundanese batak dayak moro visayan ilocano chamorro palauan kanak "+
	"bamileke sukuma chagga luo kikuyu kalenjin luhya ganda acholi ndebele shona tswana sotho venda tsonga herero ovambo san_people "+
	"arapaho cheyenne blackfoot cree dene haida tlingit salish mohawk seneca shawnee choctaw chickasaw seminole "+
	"christadelphian swedenborgian unificationist theosophist sabian samaritan karaite lubavitch sabbatarian cistercian benedictine franciscan "+
	"demiboy demigirl maverique polysexual gynosexual heteroflexible homoflexible questioning bicurious same-gender-loving "+
	"cerebral_palsy spina_bifida tinnitus colour-blind color-blind near-sighted low-vision one-legged prosthetic ileostomy narcoleptic "+
	"cystic_fibrosis sickle-cell postpartum menopausal breastfeeding nursing grandparent godmother stepmother uncle-in-law "+
	"tradesman miner shepherd fisherman nomad itinerant commuter tenant breadwinner apprentice", " ")

// frames are harmless sentences about somebody.
var frames = strings.Split("My new neighbour is % and plays the cello.|The % choir sang on Sunday.|Last year we hired a % engineer.|Both of my teachers were %.|"+
	"As a % person I often travel by train.|% families came to the harvest market.|Her husband, who is %, cooks well.|Several % students won the prize.|"+
	"% and happy|I am %.|They met at a % wedding.|Everyone in this street is %.|The author describes % life in the city.|A % man opened the door.|proud to be %|"+
	"We asked a % nurse for directions.|He married a % woman from Leeds.|There is a % club near the station.|Are you %?|She was raised in a % home.|"+
	"My grandmother, a % farmer, kept bees.|Most of the guests were %.|% people live longer these days.|Our % friends visit us each summer.|"+
	"The museum shows % art and craft.|A group of % hikers found the path.|Being % is part of who I am.|Every % child goes to this school.|"+
	"I would like to hear from % readers.|The new mayor is % and forty years old.|a % poet|% and proud|Yesterday a % customer called.|"+
	"The law protects % citizens.|The first % judge was sworn in.|Some of us are %, others are not.|The % team played well.|"+
	"He writes about % history.|It is hard to find % food here.|Two % sisters run the shop.", "|")

func TestUnlistedTerms(t *testing.T) {
	listed := map[string]bool{}
	for _, word := range toxic.Identities() {
		listed[word] = true
	}
	madlibs := load(t, "bias/madlibs-77k.csv.gz", madlibs, 1)
	var about []string // sentences of one group, to be about each of the terms
	for _, e := range madlibs {
		if about = append(about, ""); !e.Label && strings.HasSuffix(strings.ToLower(e.Text), " taoist") {
			about[len(about)-1] = e.Text[:len(e.Text)-len("taoist")] + "%"
		}
	}
	about = slices.DeleteFunc(about, func(s string) bool { return s == "" })
	for name, terms := range map[string][]string{"unlisted": unlisted, "fresh": fresh} {
		for _, term := range terms {
			if listed[term] {
				t.Errorf("%s is listed", term)
			}
		}
		unlistedGap(t, name+", our sentences", terms, frames, 0.20) // some have two words: docs/toxicity.md
		unlistedGap(t, name+", madlibs", terms, about, 0.05)
	}
}

// unlistedGap is gap of sentences that are made to be about each of the terms.
func unlistedGap(t *testing.T, name string, terms, frames []string, limit float64) {
	t.Helper()
	most, least, sum, which := 0.0, 1.0, 0.0, ""
	for _, term := range terms {
		var about []linear.Example
		for _, f := range frames {
			about = append(about, linear.Example{Text: strings.ReplaceAll(f, "%", strings.ReplaceAll(term, "_", " "))})
		}
		rate := over(score(about).good)
		if rate > most {
			most, which = rate, term
		}
		least, sum = min(least, rate), sum+rate
	}
	t.Logf("%s: %d terms in %d sentences: false positives %.4f to %.4f (%s), mean %.4f", name, len(terms), len(frames), least, most, which, sum/float64(len(terms)))
	if most-least > limit {
		t.Errorf("want a gap of at most %v", limit)
	}
}

// TestTemplatesAreOurs: no sentence that we wrote to train on is one of madlibs.
func TestTemplatesAreOurs(t *testing.T) {
	theirs := map[string]bool{}
	for _, e := range load(t, "bias/madlibs-77k.csv.gz", madlibs, 1) {
		theirs[strings.ToLower(e.Text)] = true
	}
	for _, e := range written([]string{"table", "river"}) {
		if text := strings.ToLower(e.Text); strings.Contains(text, " ") && theirs[text] {
			t.Errorf("%q is a sentence of madlibs", e.Text)
		}
	}
}
