package price

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// csvHeader is the columns of a book kept in a file: those of the files that
// the embedded book is made of (data/README.md).
const csvHeader = "service,region,dimension,unit,tier_from,tier_to,price_usd,as_of,source"

// remembered stands for the date of a price that no dated source confirms.
const remembered = "remembered"

// infinity ends the last tier.
const infinity = "Inf"

// WriteCSV writes list prices, a line a tier, sorted by key, so that equal
// prices give equal bytes. ReadCSV reads them again. Overrides are not
// written.
func WriteCSV(w io.Writer, prices []Price) error {
	prices = slices.Clone(prices)
	slices.SortStableFunc(prices, byKey)
	out := csv.NewWriter(w)
	_ = out.Write(strings.Split(csvHeader, ",")) // Error reports it
	for _, p := range prices {
		for _, t := range p.Tiers {
			to, asOf := t.To.String(), t.Source.AsOf
			if t.NoEnd {
				to = infinity
			}
			if t.Source.Remembered {
				asOf = remembered
			}
			_ = out.Write([]string{
				p.Key.Service, string(p.Key.Region), p.Key.Dimension, p.Unit, t.From.String(), to, t.Price.String(), asOf, t.Source.Name,
			})
		}
	}
	out.Flush()
	return out.Error()
}

// ReadCSV reads what WriteCSV wrote, or somebody else in the same columns. The
// whole input is read or an error says which line is wrong: a number that is
// none, negative or absurdly long, tiers with holes or overlaps, a key that
// comes twice.
func ReadCSV(r io.Reader) ([]Price, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = strings.Count(csvHeader, ",") + 1
	head, err := in.Read()
	if err != nil {
		return nil, csvError(err)
	}
	if got := strings.Join(head, ","); got != csvHeader {
		return nil, fmt.Errorf("line 1: want the header %s", csvHeader)
	}
	var prices []Price
	seen := map[Key]bool{}
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, csvError(err)
		}
		line, _ := in.FieldPos(0)
		if prices, err = addTier(prices, fields, seen); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	return prices, nil
}

// csvError drops what the CSV reader says twice.
func csvError(err error) error {
	var pe *csv.ParseError
	switch {
	case errors.As(err, &pe):
		return fmt.Errorf("line %d: %w", pe.Line, pe.Err)
	case errors.Is(err, io.EOF):
		return errors.New("line 1: the file is empty")
	}
	return err
}

// addTier appends a line to the price it continues, or begins a price.
func addTier(prices []Price, fields []string, seen map[Key]bool) ([]Price, error) {
	for i, f := range fields {
		if !plainText(f) || f == "" && i != 7 {
			return nil, fmt.Errorf("column %d: want text of one line, at most %d bytes", i+1, maxField)
		}
	}
	tier, err := parseTier(fields)
	if err != nil {
		return nil, err
	}
	k := Key{Service: fields[0], Region: unit.Region(fields[1]), Dimension: fields[2]}
	if n := len(prices); n > 0 && prices[n-1].Key == k {
		p := &prices[n-1]
		last := p.Tiers[len(p.Tiers)-1]
		if last.NoEnd || last.To.Cmp(tier.From) != 0 || p.Unit != fields[3] {
			return nil, fmt.Errorf("%s %s in %s: the tier from %s does not follow the one before", k.Service, k.Dimension, k.Region, tier.From)
		}
		p.Tiers = append(p.Tiers, tier)
		return prices, nil
	}
	if seen[k] {
		return nil, fmt.Errorf("%s %s in %s stands in the file twice", k.Service, k.Dimension, k.Region)
	}
	if !tier.From.IsZero() {
		return nil, fmt.Errorf("%s %s in %s: the first tier starts at %s", k.Service, k.Dimension, k.Region, tier.From)
	}
	seen[k] = true
	return append(prices, Price{Key: k, Unit: fields[3], Tiers: []Tier{tier}}), nil
}

// parseTier reads the columns tier_from to source.
func parseTier(fields []string) (Tier, error) {
	from, err := ParseAmount(fields[4])
	if err != nil {
		return Tier{}, fmt.Errorf("tier_from: %w", err)
	}
	t := Tier{From: from, NoEnd: fields[5] == infinity, Source: Source{Name: fields[8], AsOf: fields[7]}}
	if !t.NoEnd {
		if t.To, err = ParseAmount(fields[5]); err != nil {
			return Tier{}, fmt.Errorf("tier_to: %w", err)
		}
		if t.To.Cmp(from) <= 0 {
			return Tier{}, fmt.Errorf("tier_to: %s is not above tier_from %s", t.To, from)
		}
	}
	if t.Price, err = ParsePrice(fields[6]); err != nil {
		return Tier{}, fmt.Errorf("price_usd: %w", err)
	}
	if t.Source.AsOf == remembered {
		t.Source.AsOf, t.Source.Remembered = "", true
	}
	return t, nil
}

// plainNumber is a decimal as AWS prints it: no sign, no exponent, and no
// longer than any price or tier bound could be.
var plainNumber = regexp.MustCompile(`^[0-9]{1,18}(\.[0-9]{1,18})?$`)

// ParseAmount reads a tier bound as AWS prints it: digits with an optional
// fraction, without sign or exponent, up to 18 digits each.
func ParseAmount(s string) (unit.Quantity, error) {
	if !plainNumber.MatchString(s) {
		return unit.Quantity{}, fmt.Errorf("%.40q is not a plain decimal number", s)
	}
	return unit.ParseQuantity(s)
}

// ParsePrice reads a price in dollars in the form of ParseAmount.
func ParsePrice(s string) (unit.USD, error) {
	if !plainNumber.MatchString(s) {
		return unit.USD{}, fmt.Errorf("%.40q is not a plain decimal number", s)
	}
	return unit.ParseUSD(s)
}

// maxField is the longest text a column may hold, in bytes.
const maxField = 300

// plainText reports whether s is short, valid and without control codes.
func plainText(s string) bool {
	return len(s) <= maxField && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
