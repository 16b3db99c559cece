package textsafe

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"orders-api", "orders-api"},
		{"a\x1b[31mred\x1b[0m", "a[31mred[0m"},
		{"title\x1b]0;owned\a", "title]0;owned"},
		{"two\nlines\tand tab", "two lines and tab"},
		{"carriage\rreturn", "carriagereturn"},
		{"gpj.\u202eexe", "gpj.exe"},
		{"zero\u200bwidth\u2028line", "zerowidthline"},
		{"c1\u009b31m", "c131m"},
		{"bad\xffutf8", "badutf8"},
		{"日本語 🚀", "日本語 🚀"},
		{"<script>", "<script>"}, // HTML is escaped where HTML is written
	} {
		if got := Line(c.in); got != c.want {
			t.Errorf("Line(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestBlockKeepsLines(t *testing.T) {
	if got, want := Block("one\x1b[2J\r\ntwo"), "one[2J\ntwo"; got != want {
		t.Errorf("Block = %q, want %q", got, want)
	}
}

func TestSafeTextIsNotCopied(t *testing.T) {
	s := strings.Repeat("a", 100)
	if n := testing.AllocsPerRun(10, func() { Line(s) }); n != 0 {
		t.Errorf("%v allocations for safe text", n)
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"", "a\x1b[0m", "\u202e", "\xff", "é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Line(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Line(%q) = %q is not UTF-8", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("Line(%q) keeps %U", s, r)
			}
		}
		if Line(got) != got {
			t.Fatalf("Line(%q) is not a fixed point", s)
		}
	})
}
