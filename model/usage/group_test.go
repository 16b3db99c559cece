package usage

import (
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// A mapping inside of a resource has fields of its own.
func TestGroup(t *testing.T) {
	s := model.Service{Name: "sns", Fields: []model.Field{
		{Name: "deliveries", Kind: model.Group, Fields: []model.Field{{Name: "http"}, {Name: "email", Default: "7"}}},
	}}
	for _, c := range []struct{ text, want string }{
		{"deliveries: {http: 5}", "5 7 true false"},
		{"deliveries: {}", "0 7 false false"},
		{"deliveries: {fax: 5}", "f:1: at.deliveries.fax: unknown field: want one of http, email"},
		{"deliveries: {http: -5}", "f:1: at.deliveries.http: -5 is negative"},
		{"deliveries: {http: 5, http: 6}", "f:1: at.deliveries.http: stands twice"},
		{"deliveries: 5", "f:1: at.deliveries: want a mapping of its fields, got a number"},
		{"deliveries.http: 5", "f:1: at.deliveries.http: unknown field: want one of deliveries"},
	} {
		root, err := parseTree("f", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		v, err := model.NewValues(s, unit.QuantityOf(730))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := (&reader{file: "f"}).fields(root.pairs, s.Fields, v, "at", ""); err != nil {
			got = err.Error()
		} else {
			given := map[bool]string{true: " true", false: " false"}
			got = v.Number("deliveries.http").String() + " " + v.Number("deliveries.email").String() +
				given[v.Given("deliveries.http")] + given[v.Given("deliveries.email")]
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
}
