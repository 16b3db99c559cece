package price

import (
	"maps"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// Services lists the offer codes that the book has prices of, sorted.
func (b *Book) Services() []string {
	names := slices.Collect(maps.Keys(b.shelves))
	for k := range b.added {
		names = append(names, k.Service)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Find returns every price whose service and dimension contain each word of
// the pattern, letter case aside, in the order service, dimension, region. An
// empty pattern matches everything; an empty region every region, another one
// also the prices that hold in any region.
func (b *Book) Find(pattern string, region unit.Region) []Price {
	words := strings.Fields(strings.ToLower(pattern))
	var found []Price
	for _, service := range b.Services() {
		shelf, ok := b.shelves[service]
		if !ok {
			continue
		}
		open := shelf()
		for _, dimension := range open.dimensions {
			if !containsAll(strings.ToLower(service+" "+dimension), words) {
				continue
			}
			for _, l := range open.lines[dimension] {
				found = append(found, b.prices(service, dimension, l, region)...)
			}
		}
	}
	want := func(k Key) bool {
		return containsAll(strings.ToLower(k.Service+" "+k.Dimension), words) && holdsIn(k.Region, region)
	}
	return b.negotiated(b.merged(found, want), want)
}

// holdsIn reports whether a price of one region holds in another, "" being
// any.
func holdsIn(priced, region unit.Region) bool {
	return region == "" || region == priced || priced == AnyRegion && commercial(region)
}

func containsAll(s string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}

// prices returns the prices of one line that hold in region.
func (b *Book) prices(service, dimension string, l line, region unit.Region) []Price {
	var found []Price
	for entry := range strings.SplitSeq(l.regions, "\t") {
		in, tiers, _ := strings.Cut(entry, "=")
		k := Key{Service: service, Region: unit.Region(in), Dimension: dimension}
		if holdsIn(k.Region, region) {
			found = append(found, Price{Key: k, Unit: l.unit, Tiers: parseTiers(tiers, b.sources())})
		}
	}
	return found
}
