package collect_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// topicView is what other parts read of a topic's configuration.
type topicView struct {
	FIFO           bool           `json:"fifo"`
	Pending        int            `json:"pending"`
	Subscriptions  map[string]int `json:"subscriptions"`
	More           bool           `json:"more"`
	Filters        int            `json:"filters"`
	PayloadFilters int            `json:"payload_filters"`
	Edges          []model.Edge   `json:"edges"`
}

const topicARN = "arn:aws:sns:us-east-1:123456789012:"

func TestTopicInventory(t *testing.T) {
	account := small
	account.Days = 5
	s := simulate(t, account)
	found, path, _ := inventory(t, s, "sns")
	view := func(name string) topicView {
		t.Helper()
		var v topicView
		if err := json.Unmarshal(found[topicARN+name].Config, &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return v
	}
	edge := func(kind, arn string) model.Edge {
		return model.Edge{To: unit.ResourceID("arn:aws:" + arn), Kind: kind}
	}
	orders := view("order-events")
	wantEdges := []model.Edge{
		edge(model.EdgeInvokes, "lambda:us-east-1:123456789012:function:invoice-pdf"),
		edge(model.EdgeFeeds, "sqs:us-east-1:123456789012:orders"),
		edge(model.EdgeDeadLetter, "sqs:us-east-1:123456789012:orders-dlq"),
	}
	if !slices.Equal(orders.Edges, wantEdges) || !maps.Equal(orders.Subscriptions, map[string]int{"sqs": 1, "lambda": 1, "https": 1}) || orders.Filters != 1 || orders.PayloadFilters != 0 {
		t.Errorf("order-events: %+v", orders)
	}
	// An alias is its function; nobody's device is an edge.
	if v := view("customer-messages"); !slices.Contains(v.Edges, edge(model.EdgeInvokes, "lambda:us-east-1:123456789012:function:notify-push")) {
		t.Errorf("customer-messages: %+v", v)
	}
	if v := view("push-campaigns"); len(v.Edges) != 0 || v.Subscriptions["application"] != 3 {
		t.Errorf("push-campaigns: %+v", v)
	}
	if v := view("ops-alerts"); v.Pending != 1 || !maps.Equal(v.Subscriptions, map[string]int{"email": 1, "email-json": 1}) || v.More {
		t.Errorf("ops-alerts: %+v", v)
	}
	if v := view("media-events"); v.PayloadFilters != 1 || v.Filters != 1 {
		t.Errorf("media-events: %+v", v)
	}
	if v := view("payments.fifo"); !v.FIFO || v.Subscriptions["sqs"] != 2 {
		t.Errorf("payments.fifo: %+v", v)
	}
	if r := found[topicARN+"old-webhooks"]; !r.Deleted || string(r.Config) != `{"fifo":false}` {
		t.Errorf("old-webhooks: %+v", r)
	}
	if app := found[topicARN+"order-events"].App; app != "orders" {
		t.Errorf("order-events belongs to %q", app)
	}
	if len(found) != 9 {
		t.Errorf("%d topics, want 9", len(found))
	}
	if n := rowCount(t, path, "SELECT count(*) FROM sns_metrics WHERE failed > 0"); n == 0 {
		t.Error("no failed notification")
	}
}

// What is refused of topics is a gap each; what is known is kept.
func TestTopicDetailsDenied(t *testing.T) {
	for action, c := range map[string]struct {
		config string
		gaps   int
	}{
		"sns:GetTopicAttributes": {
			`{"fifo":false,"subscriptions":{"application":3}}`, 8,
		},
		"sns:ListSubscriptionsByTopic": {`{"fifo":false}`, 8},
		// One topic has no subscription to be asked for.
		"sns:GetSubscriptionAttributes": {`{"fifo":false,"subscriptions":{"application":3}}`, 7},
	} {
		s := simulate(t, small)
		s.SetFaults(awstest.Faults{DeniedActions: []string{action}})
		found, path, _ := inventory(t, s, "sns")
		if got := string(found[topicARN+"push-campaigns"].Config); got != c.config {
			t.Errorf("%s denied: config %s, want %s", action, got, c.config)
		}
		if n := rowCount(t, path, "SELECT count(*) FROM gap WHERE metric = '"+action+"'"); n != c.gaps {
			t.Errorf("%s denied: %d gaps, want %d", action, n, c.gaps)
		}
		if n := rowCount(t, path, "SELECT count(*) FROM sns_metered WHERE quantity > 0"); n == 0 {
			t.Errorf("%s denied: nothing metered", action)
		}
	}
}
