// Package book turns CSV files of public prices into the compact files that
// package price embeds: one file a service, a line a price, sources numbered.
package book

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// anyRegion is the region of a price that holds in every commercial region
// without a price of its own.
const anyRegion = "any"

// row is one line of a CSV file.
type row struct {
	service, region, dimension, unit string
	from                             decimal.Decimal
	to                               string // "Inf" or a decimal
	price                            string
	asOf, source                     string
}

// Build returns the book's files by name.
func Build(src fs.FS) (map[string][]byte, error) {
	rows, err := readPrices(src)
	if err != nil {
		return nil, err
	}
	rows = withFreeTiers(best(rows))
	sources := number(rows)
	files := map[string][]byte{"sources": sourceLines(sources)}
	for service, of := range group(rows, func(r row) string { return r.service }) {
		if files[service], err = priceLines(of, sources); err != nil {
			return nil, err
		}
	}
	if files["instances"], err = instanceLines(src); err != nil {
		return nil, err
	}
	files["version"] = version(files, rows)
	return files, nil
}

// readPrices reads all prices-*.csv, leaving out what is not in USD.
func readPrices(src fs.FS) ([]row, error) {
	names, err := fs.Glob(src, "prices-*.csv")
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, name := range names {
		lines, err := readCSV(src, name, 9)
		if err != nil {
			return nil, err
		}
		for i, l := range lines {
			from, err := decimal.NewFromString(l[4])
			if err != nil {
				return nil, fmt.Errorf("%s:%d: tier_from: %w", name, i+2, err)
			}
			if _, err := decimal.NewFromString(l[6]); err != nil {
				return nil, fmt.Errorf("%s:%d: price_usd: %w", name, i+2, err)
			}
			if strings.Contains(l[3], "CNY") {
				continue
			}
			region := l[1]
			if strings.HasPrefix(region, "default ") {
				region = anyRegion
			}
			rows = append(rows, row{l[0], region, l[2], l[3], from, l[5], l[6], l[7], l[8]})
		}
	}
	return rows, nil
}

func readCSV(src fs.FS, name string, columns int) ([][]string, error) {
	f, err := src.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = columns
	all, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no header", name)
	}
	return all[1:], nil
}

// Remembered reports whether no dated source confirms a price.
func Remembered(asOf, source string) bool {
	return asOf == "remembered" || strings.Contains(source, "remembered")
}

// best keeps one row for each key and tier, preferring what is not remembered,
// then the newer date, and sorts rows by service, dimension, region and tier.
func best(rows []row) []row {
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(
			cmp.Compare(a.service, b.service),
			cmp.Compare(a.dimension, b.dimension),
			cmp.Compare(a.unit, b.unit),
			cmp.Compare(a.region, b.region),
			a.from.Cmp(b.from),
			cmp.Compare(doubt(a), doubt(b)),
			-cmp.Compare(date(a.asOf), date(b.asOf)),
		)
	})
	return slices.CompactFunc(rows, func(a, b row) bool {
		return a.service == b.service && a.dimension == b.dimension && a.region == b.region && a.from.Equal(b.from)
	})
}

func doubt(r row) int {
	if Remembered(r.asOf, r.source) {
		return 1
	}
	return 0
}

// date returns as_of, or nothing where it is not a date.
func date(asOf string) string {
	if asOf == "remembered" || asOf == "unknown" {
		return ""
	}
	return asOf
}

// startsTable reports whether rows[i] is the first of its key.
func startsTable(rows []row, i int) bool {
	return i == 0 || rows[i-1].service != rows[i].service || rows[i-1].dimension != rows[i].dimension || rows[i-1].region != rows[i].region
}

// withFreeTiers adds the free first tier to tables that a source gives from
// their first paid tier on. It is added only where another region lists a
// free tier with the same bound; a free tier is no price of that region.
func withFreeTiers(rows []row) []row {
	type bound struct{ service, dimension, to string }
	free := map[bound]bool{}
	for _, r := range rows {
		if r.from.IsZero() && decimal.RequireFromString(r.price).IsZero() {
			free[bound{r.service, r.dimension, r.to}] = true
		}
	}
	var out []row
	for i, r := range rows {
		if startsTable(rows, i) && free[bound{r.service, r.dimension, r.from.String()}] {
			f := r
			f.from, f.to, f.price = decimal.Zero, r.from.String(), "0"
			out = append(out, f)
		}
		out = append(out, r)
	}
	return out
}

// number gives each source and date a number, in order of appearance.
func number(rows []row) map[string]int {
	sources := map[string]int{}
	for _, r := range rows {
		if s := sourceOf(r); sources[s] == 0 {
			sources[s] = len(sources) + 1
		}
	}
	return sources
}

// sourceOf is the line that a price's source has in the file of sources.
func sourceOf(r row) string {
	mark := ""
	if Remembered(r.asOf, r.source) {
		mark = "remembered"
	}
	return r.source + "\t" + date(r.asOf) + "\t" + mark
}

func sourceLines(sources map[string]int) []byte {
	lines := make([]string, len(sources))
	for s, n := range sources {
		lines[n-1] = s
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

// priceLines writes a service's prices, a line a dimension and unit:
//
//	dimension TAB unit TAB region=tiers [TAB region=tiers ...]
//
// Tiers ascend and are joined by semicolons; each is from:price:source, the
// first without its "0:". A bound without price ends a table that does not
// reach to infinity.
func priceLines(rows []row, sources map[string]int) ([]byte, error) {
	var b bytes.Buffer
	for i, r := range rows {
		prev := row{}
		if i > 0 {
			prev = rows[i-1]
		}
		switch {
		case prev.dimension == r.dimension && prev.region == r.region:
			if prev.to != r.from.String() || prev.unit != r.unit {
				return nil, fmt.Errorf("%s %s in %s: the tier from %s does not follow the one to %s", r.service, r.dimension, r.region, r.from, prev.to)
			}
			fmt.Fprintf(&b, ";%s:", r.from)
		case !r.from.IsZero():
			return nil, fmt.Errorf("%s %s in %s: the first tier starts at %s", r.service, r.dimension, r.region, r.from)
		case prev.dimension == r.dimension && prev.unit == r.unit:
			fmt.Fprintf(&b, "%s\t%s=", end(prev), r.region)
		default:
			if i > 0 {
				b.WriteString(end(prev) + "\n")
			}
			fmt.Fprintf(&b, "%s\t%s\t%s=", r.dimension, r.unit, r.region)
		}
		fmt.Fprintf(&b, "%s:%d", r.price, sources[sourceOf(r)])
	}
	b.WriteString(end(rows[len(rows)-1]) + "\n")
	return b.Bytes(), nil
}

// end closes the tiers of a region whose last row is r.
func end(r row) string {
	if r.to == "Inf" {
		return ""
	}
	return ";" + r.to
}

// instanceLines copies the instance sizes: type, family, generation, vCPU,
// MiB, architecture, burstable, local disk, derived.
func instanceLines(src fs.FS) ([]byte, error) {
	lines, err := readCSV(src, "instances.csv", 11)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, l := range lines {
		derived := "no"
		if strings.HasPrefix(l[10], "derived") {
			derived = "yes"
		}
		fmt.Fprintln(&b, strings.Join(append(slices.Clone(l[:8]), derived), "\t"))
	}
	return b.Bytes(), nil
}

// version names the book by its newest price and the hash of its contents.
func version(files map[string][]byte, rows []row) []byte {
	newest := ""
	for _, r := range rows {
		newest = max(newest, date(r.asOf))
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s %d\n", name, len(files[name]))
		h.Write(files[name])
	}
	return fmt.Appendf(nil, "%s+%x\n%s\n", newest, h.Sum(nil)[:4], newest)
}

func group(rows []row, key func(row) string) map[string][]row {
	groups := map[string][]row{}
	for _, r := range rows {
		groups[key(r)] = append(groups[key(r)], r)
	}
	return groups
}
