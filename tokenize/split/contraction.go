package split

// contraction gives the length of s, t, re, ve, m, ll or d at the start of
// rest, which follows an apostrophe, or 0.
func contraction(rest string) int {
	if rest == "" {
		return 0
	}
	switch rest[0] {
	case 's', 't', 'm', 'd':
		return 1
	case 'r', 'v':
		if len(rest) > 1 && rest[1] == 'e' {
			return 2
		}
	case 'l':
		if len(rest) > 1 && rest[1] == 'l' {
			return 2
		}
	}
	return 0
}

// contractionFold is contraction in any case. Case-insensitive patterns also
// take ſ (U+017F) for s, those that spell both cases out do not.
func contractionFold(rest string, longS bool) int {
	if rest == "" {
		return 0
	}
	switch rest[0] | 0x20 {
	case 's', 't', 'm', 'd':
		return 1
	case 'r', 'v':
		if len(rest) > 1 && rest[1]|0x20 == 'e' {
			return 2
		}
	case 'l':
		if len(rest) > 1 && rest[1]|0x20 == 'l' {
			return 2
		}
	case 0xC5 | 0x20:
		if longS && rest[0] == 0xC5 && rest[1] == 0xBF {
			return 2
		}
	}
	return 0
}
