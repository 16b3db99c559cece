package report

import (
	"fmt"
	"io"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// WriteEstimate prints a priced usage file in one of the formats of --output.
// JSON nests line items under their resources; every other format has a line
// a line item.
func WriteEstimate(w io.Writer, e model.Estimate, now time.Time, format string, l Layout) error {
	if format == "json" {
		return estimateJSON(w, e, now)
	}
	return Write(w, estimateTable(e, now), format, l)
}

// estimateLine is a model.LineItem in an estimate's JSON. What the price book
// does not know is null.
type estimateLine struct {
	Dimension string         `json:"dimension"`
	Quantity  unit.Quantity  `json:"quantity"`
	Unit      *string        `json:"unit"`
	UnitPrice *unit.USD      `json:"unit_price_usd"`
	TierFrom  *unit.Quantity `json:"tier_from"`
	Cost      *unit.USD      `json:"cost_usd"`
	Source    *string        `json:"price_source"`
	AsOf      *string        `json:"price_as_of"`
	// Flag is "approximate", "assumed" or "floating"; a list price has none.
	Flag string `json:"price_flag,omitempty"`
	// Remembered is false for a price that does not exist.
	Remembered bool `json:"price_remembered"`
}

// estimateResource is a model.EstimatedResource in an estimate's JSON.
type estimateResource struct {
	Name      string         `json:"name"`
	Service   string         `json:"service"`
	Region    unit.Region    `json:"region"`
	Cost      *unit.USD      `json:"cost_usd"`
	LineItems []estimateLine `json:"line_items"`
}

func estimateJSON(w io.Writer, e model.Estimate, now time.Time) error {
	body := struct {
		Total     *unit.USD          `json:"total_usd"`
		Resources []estimateResource `json:"resources"`
	}{Total: known(e.Total), Resources: []estimateResource{}}
	for _, r := range e.Resources {
		out := estimateResource{Name: r.Name, Service: r.Service, Region: r.Region, Cost: known(r.Cost), LineItems: []estimateLine{}}
		for _, i := range r.LineItems {
			out.LineItems = append(out.LineItems, lineJSON(i))
		}
		body.Resources = append(body.Resources, out)
	}
	return WriteJSON(w, NewEnvelope(now, e.Book, named(e.Warnings)), body)
}

func lineJSON(i model.LineItem) estimateLine {
	l := estimateLine{Dimension: i.Dimension, Quantity: i.Quantity, Cost: known(i.Cost), Flag: i.PriceFlag, Remembered: i.Source.Remembered}
	if i.Unit != "" {
		l.Unit = &i.Unit
	}
	if !i.Cost.Unknown {
		l.UnitPrice, l.TierFrom, l.Source = &i.UnitPrice, &i.TierFrom, &i.Source.Name
	}
	if i.Source.AsOf != "" {
		l.AsOf = &i.Source.AsOf
	}
	return l
}

// known is an amount, nil if it is not known.
func known(c model.Cost) *unit.USD {
	if c.Unknown {
		return nil
	}
	return &c.Likely
}

// named puts the resource that a warning concerns into its text, for formats
// that have no other place for it.
func named(warnings []model.Warning) []model.Warning {
	out := make([]model.Warning, len(warnings))
	for i, w := range warnings {
		if w.Resource != "" {
			w.Text = string(w.Resource) + ": " + w.Text
		}
		out[i] = w
	}
	return out
}

var estimateColumns = []Column{
	{Key: "item", Title: "Item", Kind: Tree, Show: PrintOnly, Shrink: true},
	{Title: "Service", Show: PrintOnly, Blank: true, Spare: 3},
	{Title: "Region", Show: PrintOnly, Blank: true, Spare: 4},
	{Key: "name", Title: "Name", Show: DataOnly},
	{Key: "service", Title: "Service", Show: DataOnly},
	{Key: "region", Title: "Region", Show: DataOnly},
	{Key: "dimension", Title: "Dimension", Show: DataOnly},
	{Key: "quantity", Title: "Quantity", Kind: Amount, Blank: true},
	{Key: "unit", Title: "Unit", Blank: true, Spare: 1},
	{Key: "unit_price_usd", Title: "Unit price", Kind: Price, Blank: true, Spare: 2},
	{Key: "tier_from", Title: "Tier from", Kind: Amount, Show: WideOnly, Blank: true},
	{Key: "cost_usd", Title: "Cost a month", Kind: Money},
	{Key: "price_source", Title: "Price source", Show: WideOnly, Blank: true},
	{Key: "price_as_of", Title: "As of", Show: WideOnly, Blank: true},
	{Key: "price_flag", Title: "Flag", Show: WideOnly, Blank: true},
	{Key: "price_remembered", Title: "Remembered", Kind: Flag, Show: DataOnly},
}

// estimateCost is the index of the cost in estimateColumns.
const estimateCost = 11

func estimateTable(e model.Estimate, now time.Time) Table {
	t := Table{
		Name: "line_items", Columns: estimateColumns, Warnings: e.Warnings, GeneratedAt: now, Book: e.Book,
		Notes: []string{fmt.Sprintf("List prices in USD before tax; price book %s.", e.Book.Version)},
	}
	for _, r := range e.Resources {
		head := make([]any, len(estimateColumns))
		head[0], head[1], head[2], head[estimateCost] = r.Name, r.Service, string(r.Region), r.Cost
		t.Rows = append(t.Rows, Row{Group: true, Cells: head})
		for _, i := range r.LineItems {
			t.Rows = append(t.Rows, Row{Depth: 1, Cells: lineCells(r, i)})
		}
	}
	t.Total = make([]any, len(estimateColumns))
	t.Total[0], t.Total[estimateCost] = "Total", e.Total
	return t
}

// lineCells are the cells of one line item, in the order of estimateColumns.
func lineCells(r model.EstimatedResource, i model.LineItem) []any {
	cells := []any{
		i.Dimension, nil, nil, r.Name, r.Service, string(r.Region), i.Dimension, i.Quantity, i.Unit,
		nil, nil, i.Cost, nil, nil, i.PriceFlag, i.Source.Remembered,
	}
	if i.Unit == "" {
		cells[8] = nil
	}
	if !i.Cost.Unknown {
		cells[9], cells[10], cells[12], cells[13] = i.UnitPrice, i.TierFrom, i.Source.Name, i.Source.AsOf
	}
	return cells
}

// Prices is the price book's answer to a search, a row a tier.
func Prices(book model.BookInfo, found []price.Price, now time.Time) Table {
	t := Table{
		Name: "prices", GeneratedAt: now, Book: book,
		Columns: []Column{
			{Key: "service", Title: "Service"},
			{Key: "region", Title: "Region"},
			{Key: "dimension", Title: "Dimension", Shrink: true},
			{Key: "price_usd", Title: "Price", Kind: Price},
			{Key: "unit", Title: "Unit", Shrink: true},
			{Key: "tier_from", Title: "From", Kind: Amount},
			{Key: "tier_to", Title: "To", Kind: Amount, Blank: true},
			{Key: "price_source", Title: "Source", Shrink: true, Spare: 1},
			{Key: "price_as_of", Title: "As of"},
			{Key: "price_remembered", Title: "Remembered", Kind: Flag, Spare: 2},
		},
		Notes: []string{fmt.Sprintf("Price book %s. Tiers are half-open ranges of the monthly quantity; a dash is a source without a date.", book.Version)},
	}
	for _, p := range found {
		for _, tier := range p.Tiers {
			t.Rows = append(t.Rows, priceRow(p, tier))
		}
	}
	return t
}

func priceRow(p price.Price, t price.Tier) Row {
	cells := []any{
		p.Key.Service, string(p.Key.Region), p.Key.Dimension, t.Price, p.Unit, t.From, nil, t.Source.Name, nil, t.Source.Remembered,
	}
	if !t.NoEnd {
		cells[6] = t.To
	}
	if t.Source.AsOf != "" {
		cells[8] = t.Source.AsOf
	}
	return Row{Cells: cells}
}
