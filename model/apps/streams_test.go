package apps

import (
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// What a function reads names a part of the resource that it belongs to: a
// table's stream, a stream's consumer.
func TestStreamsAreTheirResources(t *testing.T) {
	const (
		table    = "arn:aws:dynamodb:us-east-1:1:table/orders"
		index    = table + "/index/by-customer"
		stream   = "arn:aws:kinesis:us-east-1:1:stream/clicks"
		consumer = stream + "/consumer/rules:1760000000"
	)
	a := model.Analysis{Functions: []model.Function{function("f", "shop", "1", 1)}}
	for _, id := range []model.ResourceKey{{ID: table, Service: "dynamodb"}, {ID: index, Service: "dynamodb"}, {ID: stream, Service: "kinesis"}, {ID: consumer, Service: "kinesis"}} {
		a.Resources = append(a.Resources, model.Resource{Key: id, Cost: usd("1")})
	}
	g := newGraph(&a)
	for id, want := range map[string]string{
		table + "/stream/2026-01-01T00:00:00.000": table,
		table:    table,
		index:    index,
		consumer: consumer,
		stream + "/consumer/forgotten:1760000001":     stream,
		"arn:aws:dynamodb:us-east-1:1:table/other":    "",
		"arn:aws:dynamodb:us-east-1:1:table/orders-2": "",
	} {
		got := ""
		if n := g.find(unit.ResourceID(id)); n != nil {
			got = string(n.Key.ID)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
}
