package usage

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// MaxBytes is the size of the largest usage file that is read.
const MaxBytes = 16 << 20

// Error is something in a usage file that cannot be read or cannot be right.
type Error struct {
	File    string
	Line    int    // 1 is the first; 0 if it concerns the whole file
	Field   string // "resources[2].memory_mb", empty outside of fields
	Problem string
}

func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d", e.Line)
	}
	if e.Field != "" {
		s += ": " + e.Field
	}
	return s + ": " + e.Problem
}

// Parse reads a usage file. The file's name is for errors only; every error
// is an *Error.
func Parse(file string, data []byte) (model.Usage, error) {
	if len(data) > MaxBytes {
		return model.Usage{}, &Error{File: file, Problem: fmt.Sprintf("larger than %d MiB", MaxBytes>>20)}
	}
	root, err := parseTree(file, data)
	if err != nil {
		return model.Usage{}, err
	}
	r := &reader{file: file}
	return r.usage(root)
}

// reader turns the tree of one file into a model.Usage.
type reader struct {
	file   string
	region unit.Region // the file's own, empty if it has none
	hours  unit.Quantity
}

// fail returns an error at a node.
func (r *reader) fail(n node, field, format string, args ...any) error {
	return &Error{File: r.file, Line: n.line, Field: field, Problem: fmt.Sprintf(format, args...)}
}

// usage reads the top of the file. Its settings come first, wherever they
// stand, because resources take defaults from them.
func (r *reader) usage(root node) (model.Usage, error) {
	u := model.Usage{}
	keys, err := r.mapping(root, "", "region, free_tier, hours_in_month, resources")
	if err != nil {
		return u, err
	}
	r.hours = unit.QuantityOf(model.HoursPerMonth)
	for _, p := range keys {
		switch p.key {
		case "region":
			r.region, err = r.readRegion(p.value, "region")
		case "free_tier":
			u.FreeTier, err = r.flag(p.value, "free_tier")
		case "hours_in_month":
			r.hours, err = r.number(p.value, "hours_in_month")
		case "resources":
		default:
			err = r.fail(node{line: p.line}, printable(p.key), "unknown field: want one of region, free_tier, hours_in_month, resources")
		}
		if err != nil {
			return u, err
		}
	}
	u.Hours = r.hours
	list, ok := keys.find("resources")
	if !ok {
		return u, r.fail(root, "resources", "missing: it lists what to price")
	}
	if list.kind != sequence {
		return u, r.fail(list, "resources", "want a list, got %s", list.kind)
	}
	for i, n := range list.items {
		res, err := r.resource(n, fmt.Sprintf("resources[%d]", i))
		if err != nil {
			return u, err
		}
		u.Resources = append(u.Resources, res)
	}
	return u, nil
}

// resource reads one item of resources.
func (r *reader) resource(n node, at string) (model.UsageResource, error) {
	res := model.UsageResource{}
	keys, err := r.mapping(n, at, "name, service, region and the service's fields")
	if err != nil {
		return res, err
	}
	service, err := r.service(n, keys, at)
	if err != nil {
		return res, err
	}
	res.Service, res.Name, res.Region = service.Name, service.Name, r.region
	if name, ok := keys.find("name"); ok {
		if res.Name, err = r.text(name, at+".name"); err != nil {
			return res, err
		}
	}
	if region, ok := keys.find("region"); ok {
		if res.Region, err = r.readRegion(region, at+".region"); err != nil {
			return res, err
		}
	}
	if res.Region == "" {
		return res, r.fail(n, at+".region", "missing: give it here or at the top of the file")
	}
	if res.Values, err = model.NewValues(service, r.hours); err != nil {
		return res, r.fail(n, at, "%v", err)
	}
	if err := r.fields(keys, service.Fields, res.Values, at, ""); err != nil {
		return res, err
	}
	return res, r.check(n, keys, service, res.Values, at)
}

// service finds the service that a resource names.
func (r *reader) service(n node, keys pairs, at string) (model.Service, error) {
	named, ok := keys.find("service")
	if !ok {
		return model.Service{}, r.fail(n, at+".service", "missing: want one of %s", strings.Join(model.ServiceNames(), ", "))
	}
	name, err := r.text(named, at+".service")
	if err != nil {
		return model.Service{}, err
	}
	s, ok := model.ServiceNamed(name)
	if !ok {
		return s, r.fail(named, at+".service", "unknown service %s: want one of %s", quoted(name), strings.Join(model.ServiceNames(), ", "))
	}
	return s, nil
}

// common are the keys of every resource.
var common = map[string]bool{"name": true, "service": true, "region": true}

// fields reads the keys that a service, or a group of its fields, defines.
func (r *reader) fields(keys pairs, fields []model.Field, v model.Values, at, prefix string) error {
	byName := map[string]model.Field{}
	var names []string
	for _, f := range fields {
		byName[f.Name] = f
		names = append(names, f.Name)
	}
	for _, p := range keys {
		if prefix == "" && common[p.key] {
			continue
		}
		f, ok := byName[p.key]
		if !ok {
			return r.fail(node{line: p.line}, at+"."+printable(p.key), "unknown field: want one of %s", strings.Join(names, ", "))
		}
		if err := r.field(f, p.value, v, at+"."+f.Name, prefix+f.Name); err != nil {
			return err
		}
	}
	return nil
}

// field reads one value into v under its full name.
func (r *reader) field(f model.Field, n node, v model.Values, at, name string) error {
	switch f.Kind {
	case model.Number:
		q, err := r.number(n, at)
		if err == nil {
			err = r.within(f, q, n, at)
		}
		if err != nil {
			return err
		}
		v.SetNumber(name, q)
	case model.Flag:
		b, err := r.flag(n, at)
		if err != nil {
			return err
		}
		v.SetFlag(name, b)
	case model.Choice, model.Text:
		s, err := r.text(n, at)
		if err == nil && f.Kind == model.Choice {
			err = r.choice(f, s, n, at)
		}
		if err != nil {
			return err
		}
		v.SetText(name, s)
	case model.Group:
		keys, err := r.mapping(n, at, "its fields")
		if err != nil {
			return err
		}
		return r.fields(keys, f.Fields, v, at, name+".")
	}
	return nil
}

// within holds a number against its field's bounds.
func (r *reader) within(f model.Field, q unit.Quantity, n node, at string) error {
	if f.Whole && q.Ceil().Cmp(q) != 0 {
		return r.fail(n, at, "%s is not a whole number", q)
	}
	for _, bound := range []struct {
		value string
		side  int
	}{{f.Min, -1}, {f.Max, 1}} {
		limit, err := unit.ParseQuantity(bound.value)
		if err == nil && q.Cmp(limit) == bound.side {
			return r.fail(n, at, "%s is out of range: AWS allows %s to %s", q, orZero(f.Min), f.Max)
		}
	}
	return nil
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

func (r *reader) choice(f model.Field, s string, n node, at string) error {
	for _, c := range f.Choices {
		if s == c {
			return nil
		}
	}
	return r.fail(n, at, "%s: want one of %s", quoted(s), strings.Join(f.Choices, ", "))
}

// check finds what is missing and what the service finds between fields.
func (r *reader) check(n node, keys pairs, s model.Service, v model.Values, at string) error {
	for _, f := range s.Fields {
		if _, ok := keys.find(f.Name); f.Required && !ok {
			return r.fail(n, at+"."+f.Name, "missing: %s needs it", s.Name)
		}
	}
	if s.Check == nil {
		return nil
	}
	err := s.Check(v)
	if err == nil {
		return nil
	}
	fe, ok := err.(*model.FieldError)
	if !ok {
		return r.fail(n, at, "%v", err)
	}
	where := n
	if first, _, _ := strings.Cut(fe.Field, "."); first != "" {
		if value, ok := keys.find(first); ok {
			where = value
		}
	}
	return r.fail(where, at+"."+fe.Field, "%s", fe.Problem)
}

var regionPattern = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$`)

func (r *reader) readRegion(n node, at string) (unit.Region, error) {
	s, err := r.text(n, at)
	if err != nil {
		return "", err
	}
	region := unit.Region(s)
	switch {
	case !regionPattern.MatchString(s):
		return "", r.fail(n, at, "%s is not a region such as us-east-1", quoted(s))
	case region.InChina():
		return "", r.fail(n, at, "%s is billed in CNY; only prices in USD are known", s)
	}
	return region, nil
}
