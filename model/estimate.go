package model

import (
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Usage is what a usage file says: a month's quantities of named resources.
// Package usage reads it.
type Usage struct {
	// FreeTier subtracts the always-free monthly allowances, once.
	FreeTier bool
	// Hours is the length of the month in hours.
	Hours     unit.Quantity
	Resources []UsageResource
}

// UsageResource is one resource of a usage file.
type UsageResource struct {
	Name    string
	Service string // a name of ServiceNames
	Region  unit.Region
	Values  Values
}

// Estimate is a priced Usage.
type Estimate struct {
	Book      BookInfo
	Total     Cost
	Resources []EstimatedResource // in the file's order
	Warnings  []Warning
}

// EstimatedResource is the month's bill of one resource; Cost is the sum of
// its line items.
type EstimatedResource struct {
	Name      string
	Service   string
	Region    unit.Region
	Cost      Cost
	LineItems []LineItem
}

// NewEstimate prices a month's usage. Resources share tiers and allowances in
// the order in which they stand in the file.
func NewEstimate(book *price.Book, u Usage) Estimate {
	bill := NewBill(book, u.FreeTier)
	e := Estimate{Book: BookInfo{Version: book.Version(), AsOf: book.AsOf()}}
	for _, r := range u.Resources {
		l := &Lines{bill: bill, region: r.Region, resource: r.Name}
		if s, ok := ServiceNamed(r.Service); ok {
			s.Bill(l, r.Values)
		}
		priced := EstimatedResource{Name: r.Name, Service: r.Service, Region: r.Region, LineItems: l.items}
		for _, i := range l.items {
			priced.Cost = priced.Cost.Add(i.Cost)
		}
		e.Total = e.Total.Add(priced.Cost)
		e.Resources = append(e.Resources, priced)
	}
	e.Warnings = bill.Warnings()
	return e
}

// Lines collects the line items of one resource on a Bill.
type Lines struct {
	bill     *Bill
	region   unit.Region
	resource string
	items    []LineItem
}

// Add charges a quantity of a dimension in the resource's region.
func (l *Lines) Add(service, dimension string, q unit.Quantity) {
	l.items = append(l.items, l.bill.Charge(l.key(service, dimension), q)...)
}

// AddFully is Add for what no free allowance covers.
func (l *Lines) AddFully(service, dimension string, q unit.Quantity) {
	l.items = append(l.items, l.bill.ChargeFully(l.key(service, dimension), q)...)
}

// AddRate charges a quantity at a derived price; err is what deriving it
// returned.
func (l *Lines) AddRate(service, dimension string, r Rate, err error, q unit.Quantity) {
	l.items = append(l.items, l.bill.ChargeRate(l.key(service, dimension), r, err, q)...)
}

// Warn adds a warning about the resource.
func (l *Lines) Warn(code, text string) {
	l.bill.Warn(Warning{Code: code, Text: text, Resource: unit.ResourceID(l.resource)})
}

func (l *Lines) key(service, dimension string) price.Key {
	return price.Key{Service: service, Region: l.region, Dimension: dimension}
}
