package price

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// With returns a book in which prices stand before b's own of the same key;
// b stays what it was, and the fallback for every other key. The book's date
// is that of the newest price in either.
func (b *Book) With(prices []Price) *Book {
	if len(prices) == 0 {
		return b
	}
	out := *b
	out.added = maps.Clone(b.added)
	if out.added == nil {
		out.added = map[Key]Price{}
	}
	for _, p := range prices {
		out.added[p.Key] = p
		for _, t := range p.Tiers {
			out.asOf = max(out.asOf, t.Source.AsOf)
		}
	}
	h := sha256.New()
	fmt.Fprintln(h, b.version)
	var text bytes.Buffer
	_ = WriteCSV(&text, slices.Collect(maps.Values(out.added))) // to memory: cannot fail
	h.Write(text.Bytes())
	out.version = fmt.Sprintf("%s+%x", out.asOf, h.Sum(nil)[:4])
	return &out
}

// listed returns the list price of exactly k.
func (b *Book) listed(k Key) (Price, bool) {
	if p, ok := b.added[k]; ok {
		return p, true
	}
	open, ok := b.shelves[k.Service]
	if !ok {
		return Price{}, false
	}
	for _, l := range open().lines[k.Dimension] {
		if tiers, ok := l.find(k.Region); ok {
			return Price{Key: k, Unit: l.unit, Tiers: parseTiers(tiers, b.sources())}, true
		}
	}
	return Price{}, false
}

// merged puts the prices that were added to the book in the place of those
// found on its shelves, and sorts what is found.
func (b *Book) merged(found []Price, want func(Key) bool) []Price {
	if len(b.added) == 0 {
		return found
	}
	seen := make(map[Key]bool, len(found))
	for i, p := range found {
		seen[p.Key] = true
		if newer, ok := b.added[p.Key]; ok {
			found[i] = newer
		}
	}
	for k, p := range b.added {
		if !seen[k] && want(k) {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, byKey)
	return found
}

// byKey orders prices by service, dimension, unit and region.
func byKey(p, q Price) int {
	return cmp.Or(
		strings.Compare(p.Key.Service, q.Key.Service), strings.Compare(p.Key.Dimension, q.Key.Dimension),
		strings.Compare(p.Unit, q.Unit), strings.Compare(string(p.Key.Region), string(q.Key.Region)))
}
