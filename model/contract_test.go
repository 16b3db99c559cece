package model_test

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/model/usage"
)

// needed is what a resource cannot be priced without, or what makes the
// ordinary values of the walk below right for it.
var needed = map[string][][3]string{
	"ec2":                      {{"instance_type", "t4g.large"}},
	"lambda_managed_instances": {{"instance_type", "c7g.large"}},
	"fargate":                  {{"vcpu", "1"}, {"memory_gb", "4"}},
}

// small and large are two values of a field, the second the larger; where a
// field takes certain values only, two of those.
func small(f model.Field) string {
	switch f.Name {
	case "cache_gb":
		return "0.5"
	case "memory_mb", "ephemeral_storage_mb":
		return "600"
	}
	return "7"
}

func large(f model.Field) string {
	switch f.Name {
	case "cache_gb":
		return "6.1"
	case "memory_mb", "ephemeral_storage_mb":
		return "2000"
	}
	return "700"
}

// kinds lists a service's resources without quantities: as they are by
// default, and with every other choice and flag.
func kinds(s model.Service) []string {
	out := []string{"service: " + s.Name}
	for _, f := range flat("", s.Fields) {
		for i, c := range f.Choices {
			if i > 0 {
				out = append(out, out[0]+", "+f.Name+": "+c)
			}
		}
		if f.Kind == model.Flag {
			out = append(out, out[0]+", "+f.Name+": true", out[0]+", "+f.Name+": false")
		}
	}
	return out
}

// numbers lists the fields of a service that take quantities and that needed
// does not give.
func numbers(s model.Service) []model.Field {
	var out []model.Field
	for _, f := range flat("", s.Fields) {
		if f.Kind == model.Number && !slices.ContainsFunc(needed[s.Name], func(n [3]string) bool { return n[0] == f.Name }) {
			out = append(out, f)
		}
	}
	return out
}

// priced is estimate for what may be refused: then ok is false, and the
// refusal must name a line and a field.
func priced(t *testing.T, head string, resources ...string) (e model.Estimate, ok bool) {
	t.Helper()
	text := "region: us-east-1\n" + head + "\nresources:\n"
	for _, r := range resources {
		text += "  - {" + r + "}\n"
	}
	u, err := usage.Parse("test.yaml", []byte(text))
	if err != nil {
		var refused *usage.Error
		if !errors.As(err, &refused) || refused.Line == 0 || !strings.Contains(err.Error(), "resources[") {
			t.Errorf("%v: %v", resources, err)
		}
		return e, false
	}
	return model.NewEstimate(price.Embedded(), u), true
}

// Every field of every service alone and in pairs, with every choice: it is
// priced or refused by name, a total is the sum of its lines, no free tier
// adds cost, and no cost falls when a quantity grows.
func TestEveryFieldOfEveryService(t *testing.T) {
	for _, name := range model.ServiceNames() {
		t.Run(name, func(t *testing.T) {
			s, _ := model.ServiceNamed(name)
			fields := numbers(s)
			for _, kind := range kinds(s) {
				for i, a := range fields {
					checkGrowth(t, kind, needed[name], a)
					for _, b := range fields[i+1:] {
						checkGrowth(t, kind, append(slices.Clone(needed[name]), [3]string{b.Name, small(b)}), a)
					}
				}
			}
		})
	}
}

// unlikely are combinations that no table or bucket can have, whose costs are
// therefore not compared: objects of a mean size that their storage denies.
func unlikely(field string) bool { return field == "mean_object_kb" }

// rounding is more than a division leaves of a dollar.
var rounding = unit.MustUSD("0.000000000000000001")

func checkGrowth(t *testing.T, kind string, with [][3]string, f model.Field) {
	t.Helper()
	before := resource(kind, append(slices.Clone(with), [3]string{f.Name, small(f)})...)
	after := resource(kind, append(slices.Clone(with), [3]string{f.Name, large(f)})...)
	e, ok := priced(t, paid, before)
	if !ok {
		return
	}
	checkSums(t, e)
	if withFree, _ := priced(t, free, before); !e.Total.Unknown && withFree.Total.Likely.Cmp(e.Total.Likely) > 0 {
		t.Errorf("%s: %s with the free tier, %s without", before, amount(withFree.Total), amount(e.Total))
	}
	grown, ok := priced(t, paid, after)
	if !ok || e.Total.Unknown || grown.Total.Unknown || unlikely(f.Name) {
		return
	}
	if e.Total.Likely.Sub(grown.Total.Likely).Cmp(rounding) > 0 {
		t.Errorf("%s costs %s, %s costs %s", before, amount(e.Total), after, amount(grown.Total))
	}
}

// Two resources of a region share tiers: a quantity cut in two costs what the
// whole does, in whatever tier. A resource that costs something by itself
// cannot be cut so.
func TestEveryServiceSharesItsTiers(t *testing.T) {
	cut := 0
	for _, name := range model.ServiceNames() {
		s, _ := model.ServiceNamed(name)
		for _, kind := range kinds(s) {
			e, ok := priced(t, paid, resource(kind, needed[name]...))
			if !ok || !e.Total.Likely.IsZero() {
				continue
			}
			for _, f := range numbers(s) {
				if f.Max != "" || f.Name == "cache_gb" {
					continue
				}
				part := func(q string) string {
					return resource(kind, append(slices.Clone(needed[name]), [3]string{f.Name, q})...)
				}
				whole, _ := priced(t, paid, part("1000000000000"))
				parts, _ := priced(t, paid, part("1"), part("999999999999"))
				if amount(whole.Total) != amount(parts.Total) {
					t.Errorf("%s, %s: %s in one, %s in two", kind, f.Name, amount(whole.Total), amount(parts.Total))
				}
				cut++
			}
		}
	}
	if cut < 200 {
		t.Errorf("only %d quantities were cut", cut)
	}
}

// No price has a step at the bound of a tier.
func TestEveryTierIsContinuous(t *testing.T) {
	bounds := 0
	for _, p := range price.Embedded().Find("", "") {
		for i, tier := range p.Tiers[1:] {
			bounds++
			checkBound(t, p, p.Tiers[i], tier)
		}
	}
	if bounds < 100 {
		t.Errorf("only %d tier bounds", bounds)
	}
}

// published is one row of the contract's table of services and fields.
type published struct {
	service string
	fields  []string
}

var ticked = regexp.MustCompile("`([a-z0-9_]+)`")

func publishedFields(t *testing.T) []published {
	t.Helper()
	text, err := os.ReadFile("testdata/usage-fields.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []published
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !strings.Contains(cells[1], "`") {
			continue
		}
		row := published{service: strings.Trim(strings.TrimSpace(cells[1]), "`")}
		for _, m := range ticked.FindAllStringSubmatch(cells[2], -1) {
			row.fields = append(row.fields, m[1])
		}
		out = append(out, row)
	}
	return out
}

// Every service and field that is public is there, and every field that is
// there is public: a name that nobody can look up is no interface.
func TestPublicFields(t *testing.T) {
	rows := publishedFields(t)
	if len(rows) != len(model.ServiceNames()) {
		t.Errorf("%d services are public, %d are registered: %v", len(rows), len(model.ServiceNames()), model.ServiceNames())
	}
	for _, row := range rows {
		s, ok := model.ServiceNamed(row.service)
		if !ok {
			t.Errorf("no service %s", row.service)
			continue
		}
		have := map[string]bool{}
		for _, f := range flat("", s.Fields) {
			group, member, _ := strings.Cut(f.Name, ".")
			have[group], have[member] = true, true
		}
		for _, f := range row.fields {
			_, mentioned := model.ServiceNamed(f)
			mentioned = mentioned || f == model.FlagApproximate || f == model.FlagAssumed
			if !have[f] && !mentioned {
				t.Errorf("%s has no field %s", row.service, f)
			}
		}
		for _, f := range s.Fields {
			if !slices.Contains(row.fields, f.Name) {
				t.Errorf("%s: %s is not public", row.service, f.Name)
			}
		}
	}
}

// What an omitted field is taken for.
func TestPublicDefaults(t *testing.T) {
	want := map[string]string{
		"count": "1", "tasks": "1", "hours": model.HoursInMonth, "ephemeral_storage_mb": "512", "init_billed": "true", "memory_mb": "128", "lambda_targets": "true",
	}
	for _, name := range model.ServiceNames() {
		s, _ := model.ServiceNamed(name)
		for _, f := range flat("", s.Fields) {
			if f.Default != want[f.Name] {
				t.Errorf("%s: %s is %q by default, want %q", name, f.Name, f.Default, want[f.Name])
			}
		}
	}
	s, _ := model.ServiceNamed("dynamodb")
	v, err := model.NewValues(s, unit.QuantityOf(730))
	if err != nil || v.Text("consistency") != "eventual" || v.Text("capacity_mode") != "on-demand" || v.Text("table_class") != "standard" {
		t.Errorf("got %v, %v", v, err)
	}
}
