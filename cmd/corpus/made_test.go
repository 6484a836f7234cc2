package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// made is one document of the tests. Its address names how it was made: en-7
// is the seventh English text, near-7 that text with one word changed.
type made struct {
	name, text string
}

func (m made) url() string { return "https://example.org/" + m.name }

// makeDocuments reads specs such as en-7 or en-1..20.
func makeDocuments(specs []string) ([]made, error) {
	var all []made
	for _, s := range specs {
		kind, span, ok := strings.Cut(s, "-")
		from, to, many := strings.Cut(span, "..")
		if !many {
			to = from
		}
		first, err1 := strconv.ParseUint(from, 10, 32)
		last, err2 := strconv.ParseUint(to, 10, 32)
		if !ok || err1 != nil || err2 != nil || writers[kind] == nil {
			return nil, fmt.Errorf("%q is not a document such as en-7 or en-1..20", s)
		}
		for n := first; n <= last; n++ {
			all = append(all, made{fmt.Sprintf("%s-%d", kind, n), writers[kind](n)})
		}
	}
	return all, nil
}

// writers make the text of a kind from its number.
var writers = map[string]func(seed uint64) string{
	"en":    english,
	"zh":    chinese,
	"near":  func(n uint64) string { return strings.Replace(english(n), "because", "although", 1) },
	"exact": func(n uint64) string { return strings.ToUpper(english(n)) },
	"short": func(n uint64) string { return fmt.Sprintf("There are only %d words here, and that is not enough.", n) },
	"toxic": func(n uint64) string { return strings.ReplaceAll(english(n), ". ", ", apeshit. ") },
	"rude":  func(n uint64) string { return english(n) + strings.Repeat(" Apeshit.", 12) },
	"echo":  func(n uint64) string { return strings.Repeat(english(n)[:300]+"\n", 4) },
}

var (
	nouns = strings.Fields(`river mountain letter garden winter window story teacher engine harbour market village forest
		question answer kitchen captain bridge island painter doctor library machine history science language country
		government company season journey building customer member meeting problem reason result service system theory`)
	adjectives = strings.Fields(`quiet old young small narrow distant common public early modern simple strange heavy
		useful bright careful ordinary recent serious local foreign broken famous certain`)
	verbs = strings.Fields(`carried followed remembered opened found left built crossed answered watched painted described
		repaired sold visited explained discovered protected measured changed`)
	places = strings.Fields(`yesterday slowly again together abroad upstairs indoors nearby later often rarely twice`)
)

// english is about 25 sentences of varied prose.
func english(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 7))
	noun := func() string { return pick(r, adjectives) + " " + pick(r, nouns) }
	sentences := []func() string{
		func() string {
			return fmt.Sprintf("The %s %s a %s, and it was %s.", noun(), pick(r, verbs), noun(), pick(r, adjectives))
		},
		func() string {
			return fmt.Sprintf("They %s the %s because of the %s in that %s.", pick(r, verbs), noun(), noun(), pick(r, nouns))
		},
		func() string {
			return fmt.Sprintf("When we %s the %s with our %s, nobody %s the %s %s.", pick(r, verbs), noun(), pick(r, nouns), pick(r, verbs), noun(), pick(r, places))
		},
		func() string {
			return fmt.Sprintf("For the %s there have been two more: a %s and a %s to the %s.", pick(r, nouns), noun(), noun(), pick(r, nouns))
		},
		func() string {
			return fmt.Sprintf("Of all that she %s %s, the %s stayed.", pick(r, verbs), pick(r, places), noun())
		},
	}
	var paragraphs []string
	for range 5 {
		var p []string
		for range 5 {
			p = append(p, sentences[r.IntN(len(sentences))]())
		}
		paragraphs = append(paragraphs, strings.Join(p, " "))
	}
	return strings.Join(paragraphs, "\n\n") + " That was so because it had to be."
}

// chinese is about 25 sentences of varied prose.
func chinese(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 8))
	nouns := strings.Fields(`河流 山谷 老师 学生 城市 村庄 花园 冬天 故事 机器 港口 市场 森林 问题 答案 厨房 医生 图书馆 历史 科学 语言 国家 公司 季节 旅行 建筑 会议 理由 结果 系统 朋友 孩子 窗户 音乐 天气 道路 农民 作家 电影 报纸`)
	verbs := strings.Fields(`看见 记得 打开 发现 离开 建造 穿过 回答 描写 修理 访问 解释 保护 测量 改变 喜欢 介绍 研究 讨论 寻找`)
	adjectives := strings.Fields(`安静 古老 年轻 狭窄 遥远 普通 重要 简单 奇怪 有用 明亮 认真 著名 美丽 漫长 温暖`)
	noun := func() string { return pick(r, nouns) }
	frames := []func() string{
		func() string { return pick(r, adjectives) + "的" + noun() + pick(r, verbs) + "了" + noun() },
		func() string {
			return "我们" + pick(r, verbs) + noun() + "时" + noun() + "很" + pick(r, adjectives)
		},
		func() string { return "因为" + noun() + pick(r, adjectives) + "所以" + pick(r, verbs) + noun() },
		func() string { return "从" + noun() + "到" + noun() + "都" + pick(r, adjectives) },
		func() string { return "他在" + noun() + pick(r, verbs) + "过" + noun() },
		func() string { return noun() + "和" + noun() + "一起" + pick(r, verbs) + noun() },
		func() string { return "谁" + pick(r, verbs) + "那个" + pick(r, adjectives) + noun() },
		func() string { return "她不" + pick(r, verbs) + noun() + "却" + pick(r, verbs) + noun() },
	}
	var b strings.Builder
	for i := range 40 {
		b.WriteString(frames[r.IntN(len(frames))]() + pick(r, []string{"，", "。"}))
		if i%10 == 9 {
			b.WriteString("\n")
		}
	}
	return b.String()
}

func pick(r *rand.Rand, words []string) string { return words[r.IntN(len(words))] }

// formats write documents as a source; some of them bad.
var formats = map[string]func([]made) []byte{
	"text": func(docs []made) []byte {
		var texts []string
		for _, d := range docs {
			texts = append(texts, d.text)
		}
		return []byte(strings.Join(texts, "\n\n"))
	},
	"md": func(docs []made) []byte {
		return []byte("# The " + docs[0].name + "\n\n" + docs[0].text + "\n\n- an item\n")
	},
	"html":   func(docs []made) []byte { return []byte(htmlPage(docs[0])) },
	"jsonl":  jsonLines,
	"binary": func(docs []made) []byte { return []byte(strings.ReplaceAll(docs[0].text, " ", "\x00\x01")) },
	"latin1": func(docs []made) []byte { // invalid as UTF-8
		return []byte(strings.NewReplacer("e", "\xe9", "a", "\xe0").Replace(docs[0].text))
	},
	"warc": func(docs []made) []byte {
		var b bytes.Buffer
		for _, d := range docs {
			body := htmlPage(d)
			payload := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			b.WriteString(warcRecord("response", "application/http; msgtype=response", d, payload))
		}
		return b.Bytes()
	},
	"wet": func(docs []made) []byte {
		var b bytes.Buffer
		for _, d := range docs {
			b.WriteString(warcRecord("conversion", "text/plain", d, d.text))
		}
		return b.Bytes()
	},
}

func jsonLines(docs []made) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, d := range docs {
		if err := enc.Encode(map[string]string{"url": d.url(), "title": "The " + d.name, "text": d.text}); err != nil {
			panic(err) // strings into memory
		}
	}
	return b.Bytes()
}

func htmlPage(d made) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html><head><meta charset=utf-8><title>The %s</title></head><body>\n", d.name)
	b.WriteString("<nav><a href=/>Home</a> <a href=/about>About us</a></nav>\n<article><h1>The " + d.name + "</h1>\n")
	for p := range strings.SplitSeq(strings.TrimSpace(d.text), "\n\n") {
		b.WriteString("<p>" + p + "</p>\n")
	}
	b.WriteString("</article>\n<footer>Copyright, all rights reserved</footer></body></html>\n")
	return b.String()
}

func warcRecord(kind, contentType string, d made, payload string) string {
	return fmt.Sprintf("WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: %s\r\nWARC-Date: 2024-05-06T07:08:09Z\r\n"+
		"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000000>\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n",
		kind, d.url(), contentType, len(payload), payload)
}

// gzipped is b as one gzip member.
func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // into memory
	}
	return out.Bytes()
}

// zstded is b as one zstd frame.
func zstded(b []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err) // no options
	}
	return w.EncodeAll(b, nil)
}
