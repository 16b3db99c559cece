package report

import (
	"fmt"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// BillChange is what a change of prices does to the cost of a service. An
// empty Service is their sum.
type BillChange struct {
	Service       string
	Before, After model.Cost
}

// difference is what a service costs more; nil where either cost is unknown.
func (b BillChange) difference() any {
	if b.Before.Unknown || b.After.Unknown {
		return nil
	}
	return model.Exactly(b.After.Likely.Sub(b.Before.Likely))
}

// change is the difference as a share of what it was; nil where there is none
// to speak of.
func (b BillChange) change() any {
	if b.Before.Unknown || b.After.Unknown || b.Before.Likely.IsZero() {
		return nil
	}
	return b.After.Likely.Sub(b.Before.Likely).Ratio(b.Before.Likely)
}

// BillChanges compares two analyses of the same usage service by service, the
// sum last.
func BillChanges(before, after model.Analysis) []BillChange {
	old := map[string]model.Cost{}
	for _, s := range before.Services {
		old[s.Service] = s.Cost
	}
	var all []BillChange
	for _, s := range after.Services {
		all = append(all, BillChange{Service: s.Service, Before: old[s.Service], After: s.Cost})
	}
	return append(all, BillChange{Before: before.Total, After: after.Total})
}

// PriceChanges lists what two price books do not agree on. In JSON the effect
// on the bill stands beside it, null where nothing was collected.
func PriceChanges(changes []price.Change, bills []BillChange, before string, book model.BookInfo, now time.Time) Table {
	t := Table{
		Name: "changes", GeneratedAt: now, Book: book,
		Columns: []Column{
			{Key: "service", Title: "Service"},
			{Key: "region", Title: "Region"},
			{Key: "dimension", Title: "Dimension", Shrink: true},
			{Key: "unit", Title: "Unit", Shrink: true, Spare: 2},
			{Key: "tier_from", Title: "From", Kind: Amount},
			{Key: "old_price_usd", Title: "Old", Kind: Price},
			{Key: "new_price_usd", Title: "New", Kind: Price},
			{Key: "change", Title: "Change", Kind: Share},
			{Key: "price_source", Title: "Source", Shrink: true, Spare: 1},
			{Key: "price_as_of", Title: "As of"},
		},
		Notes: []string{fmt.Sprintf("From price book %s to %s: %d prices differ.", before, book.Version, len(changes))},
		Facts: map[string]any{"before_version": before, "bill": billFacts(bills)},
	}
	for _, c := range changes {
		row := []any{c.Key.Service, string(c.Key.Region), c.Key.Dimension, c.Unit, c.From, priceOrNil(c.Old), priceOrNil(c.New), nil, c.Source.Name, nil}
		if c.Old != nil && c.New != nil && !c.Old.IsZero() {
			row[7] = c.New.Sub(*c.Old).Ratio(*c.Old)
		}
		if c.Source.AsOf != "" {
			row[9] = c.Source.AsOf
		}
		t.Rows = append(t.Rows, Row{Cells: row})
	}
	return t
}

func priceOrNil(p *unit.USD) any {
	if p == nil {
		return nil
	}
	return *p
}

// billFacts is the effect on the bill as data.
func billFacts(bills []BillChange) any {
	if bills == nil {
		return nil
	}
	type effect struct {
		Service    *string   `json:"service"` // null: all
		Before     *unit.USD `json:"before_usd"`
		After      *unit.USD `json:"after_usd"`
		Difference *unit.USD `json:"difference_usd"`
		Change     any       `json:"change"`
	}
	out := []effect{}
	for _, b := range bills {
		e := effect{Before: known(b.Before), After: known(b.After), Change: b.change()}
		if b.Service != "" {
			e.Service = &b.Service
		}
		if d, ok := b.difference().(model.Cost); ok {
			e.Difference = &d.Likely
		}
		out = append(out, e)
	}
	return out
}

// BillChangeTable prints the effect of a change of prices on the bill of a
// window.
func BillChangeTable(bills []BillChange, w model.Window, book model.BookInfo, now time.Time) Table {
	t := Table{
		Name: "bill", GeneratedAt: now, Book: book,
		Title: fmt.Sprintf("The bill of %s to %s", w.From.Format(time.DateOnly), w.To.Format(time.DateOnly)),
		Columns: []Column{
			{Key: "service", Title: "Service"},
			{Key: "before_usd", Title: "Before", Kind: Money},
			{Key: "after_usd", Title: "After", Kind: Money},
			{Key: "difference_usd", Title: "Difference", Kind: Money},
			{Key: "change", Title: "Change", Kind: Share},
		},
	}
	for _, b := range bills {
		cells := []any{b.Service, b.Before, b.After, b.difference(), b.change()}
		if b.Service == "" {
			cells[0] = "Total"
			t.Total = cells
			continue
		}
		t.Rows = append(t.Rows, Row{Cells: cells})
	}
	return t
}

// ForPeople reports whether an output format is one that people read.
func ForPeople(format string) bool {
	return format == "table" || format == "wide" || format == "markdown"
}
