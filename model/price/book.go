package price

import (
	"embed"
	"strconv"
	"strings"
	"sync"

	"github.com/breakeven-dev/breakeven/model/unit"
)

//go:embed data/book
var files embed.FS

// Book is a set of prices. It is safe for concurrent use. A service's prices
// are read when they are first asked for.
type Book struct {
	version, asOf string
	sources       func() []Source
	shelves       map[string]func() shelf
	instances     func() []Instance
	// added stands before the shelves (see With), overrides change what
	// either lists (see Override).
	added     map[Key]Price
	overrides []Override
}

// shelf holds one service's lines by dimension, as they stand in the file.
type shelf struct {
	dimensions []string // as in the file: sorted
	lines      map[string][]line
}

// line is the prices of one dimension: "region=tiers" joined by tabs.
type line struct{ unit, regions string }

// Embedded returns the price book that the program was built with.
var Embedded = sync.OnceValue(func() *Book {
	version, asOf, _ := strings.Cut(strings.TrimSpace(read("version")), "\n")
	b := &Book{
		version: version, asOf: asOf,
		sources:   sync.OnceValue(readSources),
		shelves:   map[string]func() shelf{},
		instances: sync.OnceValue(readInstances),
	}
	entries, _ := files.ReadDir("data/book") // embedded: cannot fail
	for _, e := range entries {
		if name := e.Name(); name != "version" && name != "sources" && name != "instances" {
			b.shelves[name] = sync.OnceValue(func() shelf { return readShelf(name) })
		}
	}
	return b
})

// Version names the book's contents: the date of its newest price and a hash.
func (b *Book) Version() string { return b.version }

// AsOf returns the date of the book's newest price, such as "2026-10-06".
func (b *Book) AsOf() string { return b.asOf }

// Lookup returns the price of k. A region without a line of its own takes the
// price that holds in any commercial region, where there is one; the error is
// a *MissingError where there is none.
func (b *Book) Lookup(k Key) (Price, error) {
	for _, region := range lookupOrder(k.Region) {
		if p, ok := b.listed(Key{Service: k.Service, Region: region, Dimension: k.Dimension}); ok {
			p.Key = k
			return b.overridden(p), nil
		}
	}
	if p, ok := b.private(k); ok {
		return p, nil
	}
	return Price{}, &MissingError{Key: k}
}

// lookupOrder lists the regions whose price holds in r.
func lookupOrder(r unit.Region) []unit.Region {
	if r == AnyRegion || !commercial(r) {
		return []unit.Region{r}
	}
	return []unit.Region{r, AnyRegion}
}

// commercial reports whether a region belongs to the partition aws; China,
// GovCloud and the sovereign clouds have their own prices throughout.
func commercial(r unit.Region) bool {
	for _, prefix := range []string{"cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-"} {
		if strings.HasPrefix(string(r), prefix) {
			return false
		}
	}
	return true
}

// find returns the tiers of a region.
func (l line) find(r unit.Region) (string, bool) {
	for rest := l.regions; rest != ""; {
		var entry string
		entry, rest, _ = strings.Cut(rest, "\t")
		if tiers, ok := strings.CutPrefix(entry, string(r)); ok && strings.HasPrefix(tiers, "=") {
			return tiers[1:], true
		}
	}
	return "", false
}

// read returns an embedded file; the tests read every one.
func read(name string) string {
	text, err := files.ReadFile("data/book/" + name)
	if err != nil {
		return ""
	}
	return string(text)
}

// lines splits an embedded file, each line at its tabs.
func lines(name string, parts int) [][]string {
	var out [][]string
	for l := range strings.Lines(read(name)) {
		out = append(out, strings.SplitN(strings.TrimSuffix(l, "\n"), "\t", parts))
	}
	return out
}

func readSources() []Source {
	var sources []Source
	for _, l := range lines("sources", 3) {
		sources = append(sources, Source{Name: l[0], AsOf: l[1], Remembered: l[2] != ""})
	}
	return sources
}

func readShelf(name string) shelf {
	s := shelf{lines: map[string][]line{}}
	for _, l := range lines(name, 3) {
		if s.lines[l[0]] == nil {
			s.dimensions = append(s.dimensions, l[0])
		}
		s.lines[l[0]] = append(s.lines[l[0]], line{unit: l[1], regions: l[2]})
	}
	return s
}

// parseTiers reads "price:source;from:price:source;end". The book is
// generated and every line of it is read by a test, so that a malformed
// number cannot reach a user; it would count as no tier.
func parseTiers(text string, sources []Source) []Tier {
	var tiers []Tier
	for t := range strings.SplitSeq(text, ";") {
		fields := strings.Split(t, ":")
		if len(fields) == 2 {
			fields = []string{"0", fields[0], fields[1]}
		}
		from, err := unit.ParseQuantity(fields[0])
		if err != nil {
			return nil
		}
		if n := len(tiers); n > 0 {
			tiers[n-1].To, tiers[n-1].NoEnd = from, false
		}
		if len(fields) == 1 {
			break
		}
		usd, err := unit.ParseUSD(fields[1])
		if err != nil {
			return nil
		}
		tiers = append(tiers, Tier{From: from, NoEnd: true, Price: usd, Source: source(fields[2], sources)})
	}
	return tiers
}

func source(number string, sources []Source) Source {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(sources) {
		return Source{}
	}
	return sources[n-1]
}
