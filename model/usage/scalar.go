package usage

import (
	"regexp"
	"strings"

	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// maxQuantity bounds what is taken for a monthly quantity. It is far above
// any real one and keeps exact arithmetic cheap.
var maxQuantity = unit.QuantityOf(1e18)

// plainNumber is a decimal number as people and JSON write it, digits in
// groups or not. Octal, hexadecimal and sexagesimal numbers, which YAML also
// knows, are not worth the misunderstandings.
var plainNumber = regexp.MustCompile(`^[+-]?((0|[1-9][0-9]*|[1-9][0-9]{0,2}(_[0-9]{3})+)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?$`)

// maxDigits is the length of the longest number that is read.
const maxDigits = 100

func (r *reader) number(n node, at string) (unit.Quantity, error) {
	if n.kind != number && n.kind != text {
		return unit.Quantity{}, r.fail(n, at, "want a number, got %s", n.kind)
	}
	if n.kind == text || len(n.text) > maxDigits || !plainNumber.MatchString(n.text) {
		return unit.Quantity{}, r.fail(n, at, "%s is not a plain decimal number", quoted(n.text))
	}
	q, err := unit.ParseQuantity(strings.ReplaceAll(n.text, "_", ""))
	switch {
	case err != nil:
		return q, r.fail(n, at, "%v", err)
	case q.Sign() < 0:
		return q, r.fail(n, at, "%s is negative", n.text)
	case q.Cmp(maxQuantity) > 0:
		return q, r.fail(n, at, "%s is too large: the largest quantity is 1e18", n.text)
	}
	return q, nil
}

func (r *reader) flag(n node, at string) (bool, error) {
	if n.kind != boolean {
		return false, r.fail(n, at, "want true or false, got %s", n.kind)
	}
	return strings.EqualFold(n.text, "true"), nil
}

// maxText is the length of the longest name that is read.
const maxText = 256

func (r *reader) text(n node, at string) (string, error) {
	switch {
	case n.kind != text:
		return "", r.fail(n, at, "want text, got %s: put it in quotes if it is meant as text", n.kind)
	case n.text == "":
		return "", r.fail(n, at, "is empty")
	case len(n.text) > maxText:
		return "", r.fail(n, at, "longer than %d bytes", maxText)
	}
	return n.text, nil
}

// quoted and printable make hostile text fit into one line of an error.
func quoted(s string) string { return `"` + printable(s) + `"` }

func printable(s string) string {
	const most = 60
	s = textsafe.Line(s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
