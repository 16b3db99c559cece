package model

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Service is what breakeven knows about billing one AWS service: what a usage
// file says about a resource of it, and the line items that follow. Each
// service is one file of this package, which registers its value.
type Service struct {
	// Name is the service's name in usage files, tables and views: "lambda".
	Name string
	// Fields are what a resource takes besides name, service and region.
	Fields []Field
	// Allowances are the service's always-free monthly quantities.
	Allowances []Allowance
	// Check, if not nil, finds what is wrong between fields; the error is a
	// *FieldError. It sees values with defaults filled in.
	Check func(Values) error
	// Inferred says, for people, how quantities that CloudWatch does not count
	// as they are billed are made of what it does count; empty if it counts
	// them all.
	Inferred string
	// Unseen, if not nil, says what of the bill of a resource with that
	// configuration nothing measures; empty if all of it is measured.
	Unseen func(config json.RawMessage) string
	// Role is what the service's resources do for an application.
	Role Role
	// Work are the CloudWatch metrics whose Sum counts how often a resource was
	// used, best first.
	Work []string
	// Scheduled, if not nil, reports whether a resource with that configuration
	// starts others by the clock.
	Scheduled func(config json.RawMessage) bool
	// Bill adds the line items of a month's usage.
	Bill func(*Lines, Values)
}

// Role is what a service does for the applications that use it: it tells where
// work enters and what kind of application it is.
type Role int

// The roles of services.
const (
	RoleOther    Role = iota // holds, stores or computes
	RoleAPI                  // callers wait for its answer
	RoleWorkflow             // runs the steps of others
	RoleEvents               // passes events or messages on
	RoleLogs                 // takes what others write about themselves
)

// FieldKind tells what a field of a usage file holds.
type FieldKind int

// The kinds of fields.
const (
	Number FieldKind = iota // a quantity, not negative
	Choice                  // one of Field.Choices, the first by default
	Flag                    // true or false
	Text                    // anything else that is spelled, such as an instance type
	Group                   // a mapping with fields of its own
)

// Field is one key of a resource in a usage file.
type Field struct {
	Name string
	Kind FieldKind
	// Default of a Number or Flag as the usage file would spell it; empty is
	// 0 or false. HoursInMonth stands for the file's hours_in_month.
	Default string
	// Choices are the allowed values of a Choice.
	Choices []string
	// Min and Max bound a Number where AWS does; an empty one is no bound.
	Min, Max string
	// Whole numbers only.
	Whole bool
	// Required fields have no default.
	Required bool
	// Fields are a Group's.
	Fields []Field
}

// HoursInMonth as a Field.Default is the file's hours_in_month.
const HoursInMonth = "hours_in_month"

// FieldError is a value that cannot be right. Field is the name it stands
// under, with a dot before a Group's member.
type FieldError struct{ Field, Problem string }

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// registered lists every Service of this package; each service's file adds
// its own before main starts, nothing is added later.
var registered []Service

// register adds a service, for use in a package-level declaration.
func register(s Service) bool {
	registered = append(registered, s)
	return true
}

// servicesByName indexes the registered services.
var servicesByName = sync.OnceValue(func() map[string]Service {
	services := map[string]Service{}
	for _, s := range registered {
		services[s.Name] = s
	}
	return services
})

// ServiceNamed returns the service of that name, and false if there is none.
func ServiceNamed(name string) (Service, bool) {
	s, ok := servicesByName()[name]
	return s, ok
}

// ServiceNames lists the services that can be estimated, sorted.
func ServiceNames() []string { return slices.Sorted(maps.Keys(servicesByName())) }

// Values are the fields of one resource, defaults filled in. A field that the
// service does not have reads as zero, false or empty.
type Values struct {
	numbers map[string]unit.Quantity
	texts   map[string]string
	flags   map[string]bool
	given   map[string]bool
}

// NewValues returns the defaults of a service's fields, given the hours of
// the month.
func NewValues(s Service, hours unit.Quantity) (Values, error) {
	v := Values{
		numbers: map[string]unit.Quantity{}, texts: map[string]string{},
		flags: map[string]bool{}, given: map[string]bool{},
	}
	return v, v.defaults("", s.Fields, hours)
}

func (v Values) defaults(prefix string, fields []Field, hours unit.Quantity) error {
	for _, f := range fields {
		name := prefix + f.Name
		switch f.Kind {
		case Number:
			q, err := defaultNumber(f, hours)
			if err != nil {
				return fmt.Errorf("default of %s: %w", name, err)
			}
			v.numbers[name] = q
		case Choice:
			v.texts[name] = f.Choices[0]
		case Flag:
			v.flags[name] = f.Default == "true"
		case Group:
			if err := v.defaults(name+".", f.Fields, hours); err != nil {
				return err
			}
		}
	}
	return nil
}

func defaultNumber(f Field, hours unit.Quantity) (unit.Quantity, error) {
	switch f.Default {
	case "":
		return unit.Quantity{}, nil
	case HoursInMonth:
		return hours, nil
	}
	return unit.ParseQuantity(f.Default)
}

// SetNumber records what a file says.
func (v Values) SetNumber(name string, q unit.Quantity) { v.numbers[name], v.given[name] = q, true }

// SetText records what a file says, for Choice and Text fields.
func (v Values) SetText(name, s string) { v.texts[name], v.given[name] = s, true }

// SetFlag records what a file says.
func (v Values) SetFlag(name string, b bool) { v.flags[name], v.given[name] = b, true }

// Number returns a quantity, zero where none was given and none is default.
func (v Values) Number(name string) unit.Quantity { return v.numbers[name] }

// Text returns a Choice or Text field.
func (v Values) Text(name string) string { return v.texts[name] }

// Flag returns a Flag field.
func (v Values) Flag(name string) bool { return v.flags[name] }

// Given reports whether the file gave the field rather than its default.
func (v Values) Given(name string) bool { return v.given[name] }

// MiB returns a memory size given in MB, rounded down to whole ones.
func (v Values) MiB(name string) unit.MiB { return unit.MiB(v.numbers[name].Float64()) }

// Architecture returns the field "architecture".
func (v Values) Architecture() unit.Architecture { return unit.Architecture(v.Text("architecture")) }

// Allowance is an always-free monthly quantity.
type Allowance struct {
	// Name says what is free, for people: "Lambda requests".
	Name string
	// Of is the price whose first tier bounds the allowance.
	Of price.Key
	// Covers are the dimensions of Of.Service that share it, in all regions.
	Covers []string
	// PerRegion gives each region an allowance of its own; otherwise all
	// regions share one.
	PerRegion bool
}
