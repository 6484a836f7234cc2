package trainer

import "strings"

// pieces turns tokens into text as they come, whole characters at a time. A
// token can decode otherwise at the beginning of a text than within it, so each
// piece is what its tokens add to the text of those of the piece before; nothing
// older is decoded again.
type pieces struct {
	text  Text
	ids   []uint32
	from  int // where the tokens of the last piece begin
	shown int // and end
}

// maxHalf is how many tokens a character may take: its bytes.
const maxHalf = 4

// add gives the text that a token completes; "" while a character is not whole.
func (p *pieces) add(id uint32) (string, error) {
	p.ids = append(p.ids, id)
	piece, err := p.behind()
	if err != nil || strings.HasSuffix(piece, "\uFFFD") && len(p.ids)-p.shown < maxHalf {
		return "", err
	}
	p.from, p.shown = p.shown, len(p.ids)
	return piece, nil
}

// rest is what the last tokens left of a character.
func (p *pieces) rest() (string, error) {
	piece, err := p.behind()
	p.from, p.shown = len(p.ids), len(p.ids)
	return piece, err
}

// behind is the text behind the last piece.
func (p *pieces) behind() (string, error) {
	before, err := p.text.Decode(p.ids[p.from:p.shown], false)
	if err != nil {
		return "", err
	}
	all, err := p.text.Decode(p.ids[p.from:], false)
	return strings.TrimPrefix(all, before), err
}
