// Package textsafe makes text that came from an account safe to print. Names,
// tags and reasons are hostile until proven otherwise: whoever may name a
// function may put escape sequences into it that move a terminal's cursor,
// rewrite its title, or reverse the reading order of a whole line.
package textsafe

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns s without anything that could steer a terminal or reorder
// text: C0 and C1 control codes, format characters (bidirectional overrides,
// zero-width joiners), line and paragraph separators, private use and invalid
// UTF-8. Tabs and line feeds become a space, so that the result is one line.
// Text that is already safe is returned as it is, without allocating.
func Line[S ~string](s S) S {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return S(strings.Map(keep, string(s)))
		}
	}
	return s
}

// Block is Line for text of several lines: line feeds stay.
func Block[S ~string](s S) S {
	if !strings.Contains(string(s), "\n") {
		return Line(s)
	}
	lines := strings.Split(string(s), "\n")
	for i, l := range lines {
		lines[i] = Line(strings.TrimSuffix(l, "\r"))
	}
	return S(strings.Join(lines, "\n"))
}

func keep(r rune) rune {
	switch {
	case r == '\t' || r == '\n':
		return ' '
	case r == utf8.RuneError, unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co):
		return -1
	}
	return r
}
