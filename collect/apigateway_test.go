package collect_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/collect"
	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// inventory collects one service and gives its resources by region and name,
// and the run's result.
func inventory(t *testing.T, s *awstest.Server, service string) (map[string]store.Resource, string, *collect.Result) {
	t.Helper()
	path := newPath(t)
	o := options(s)
	o.Only = []string{service}
	res := mustRun(t, path, o)
	w, err := store.OpenWriter(t.Context(), path, store.Options{Now: o.Now, Purpose: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close(context.Background())
	list, err := w.Resources(t.Context(), service)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]store.Resource{}
	for _, r := range list {
		out[string(r.Key.ID)] = r
		if strings.Contains(string(r.Config), awstest.PlantedSecret) {
			t.Errorf("%s: a secret is stored: %s", r.Key.Name, r.Config)
		}
	}
	return out, path, res
}

// rowCount asks a database for one number.
func rowCount(t *testing.T, path, query string) (n int) {
	t.Helper()
	db, err := sql.Open("duckdb", path+"?access_mode=READ_ONLY")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// apiView is what other parts read of an API's configuration.
type apiView struct {
	Type     string   `json:"api_type"`
	Measured bool     `json:"measured"`
	SameName []string `json:"same_name"`
	ByStage  string   `json:"by_stage"`
	Methods  int      `json:"methods"`
	RESTOnly []string `json:"rest_only"`
	Stages   []struct {
		Name    string `json:"name"`
		CacheGB string `json:"cache_gb"`
	} `json:"stages"`
	Edges []model.Edge `json:"edges"`
}

const restARN, httpARN = "arn:aws:apigateway:us-east-1::/restapis/", "arn:aws:apigateway:us-east-1::/apis/"

func TestAPIInventory(t *testing.T) {
	s := simulate(t, small)
	found, _, _ := inventory(t, s, "apigateway")
	view := func(id string) apiView {
		t.Helper()
		var v apiView
		if err := json.Unmarshal(found[id].Config, &v); err != nil {
			t.Fatalf("%s: %v (config %q)", id, err, found[id].Config)
		}
		return v
	}
	lambda := func(name string) model.Edge {
		return model.Edge{To: unit.ResourceID("arn:aws:lambda:us-east-1:123456789012:function:" + name), Kind: model.EdgeInvokes}
	}
	shop := view(restARN + "a1storefr0")
	if shop.Type != "rest" || shop.Methods != 14 || len(shop.Stages) != 2 || shop.Stages[0].Name != "prod" || shop.Stages[0].CacheGB != "0.5" || shop.Stages[1].CacheGB != "" {
		t.Errorf("storefront-web: %+v", shop)
	}
	if want := []string{"cache", "edge endpoint", "mapping templates", "tracing", "waf"}; !slices.Equal(shop.RESTOnly, want) {
		t.Errorf("storefront-web needs %q, want %q", shop.RESTOnly, want)
	}
	logs := model.Edge{To: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/apigateway/storefront", Kind: model.EdgeLogs}
	if !slices.Equal(shop.Edges, []model.Edge{lambda("storefront-api"), logs}) {
		t.Errorf("storefront-web: edges %+v", shop.Edges)
	}
	if app := found[restARN+"a1storefr0"].App; app != "storefront" {
		t.Errorf("storefront-web belongs to %q", app)
	}
	orders := view(restARN + "b2ordersx1")
	feeds := model.Edge{To: "arn:aws:sqs:us-east-1:123456789012:orders", Kind: model.EdgeFeeds}
	if !slices.Equal(orders.Edges, []model.Edge{lambda("payment-callback"), feeds}) || !slices.Equal(orders.RESTOnly, []string{"api keys", "cache"}) {
		t.Errorf("order-api: %+v", orders)
	}
	if partner := view(restARN + "c3partner2"); !slices.Equal(partner.Edges, []model.Edge{lambda(awstest.FunctionReserved)}) {
		t.Errorf("partner-api: an alias is not the function: %+v", partner.Edges)
	}
	for id, other := range map[string]string{"d4toolsaa3": "e5toolsbb4", "e5toolsbb4": "d4toolsaa3"} {
		if v := view(restARN + id); !slices.Equal(v.SameName, []string{other}) || v.Measured != (id == "d4toolsaa3") {
			t.Errorf("%s: %+v", id, v)
		}
	}
	for id, stage := range map[string]string{"m3webhookc": "prod", "n4webhookd": "dev"} {
		if v := view(restARN + id); v.ByStage != stage || !v.Measured || len(v.SameName) != 1 {
			t.Errorf("%s: %+v, want it told apart by stage", id, v)
		}
	}
	if v := view(httpARN + "g7search06"); v.Type != "http" || !slices.Equal(v.Edges, []model.Edge{lambda(awstest.FunctionProvisionedSpill)}) || v.Methods != 6 {
		t.Errorf("search-http: %+v", v)
	}
	if v := view(httpARN + "j0statusw9"); v.Type != "websocket" || !slices.Equal(v.Edges, []model.Edge{lambda("notify-push")}) {
		t.Errorf("order-status: %+v", v)
	}
	// What is deleted is known to its metrics: a REST API by name alone.
	for id, name := range map[string]string{restARN + "name=legacy-rest": "legacy-rest", httpARN + "i9legacyh8": "i9legacyh8"} {
		if r := found[id]; !r.Deleted || r.Key.Name != name {
			t.Errorf("%s: %+v", id, r)
		}
	}
	if len(found) != 14 {
		t.Errorf("%d APIs, want 14", len(found))
	}
}

// A second run forgets nothing and finds nothing anew: a deleted REST API is
// not taken for another one of its name.
func TestAPIInventoryTwice(t *testing.T) {
	s := simulate(t, small)
	o := options(s)
	o.Only = []string{"apigateway"}
	path := newPath(t)
	mustRun(t, path, o)
	mustRun(t, path, o)
	w, err := store.OpenWriter(t.Context(), path, store.Options{Now: o.Now, Purpose: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close(context.Background())
	list, err := w.Resources(t.Context(), "apigateway")
	if err != nil || len(list) != 14 {
		t.Errorf("%d APIs, %v", len(list), err)
	}
}

// What is refused of an API is a gap; the rest of it is kept and metered.
func TestAPIDetailDenied(t *testing.T) {
	s := simulate(t, small)
	s.SetFaults(awstest.Faults{DeniedActions: []string{"apigateway:GET /restapis/*/resources"}})
	found, path, res := inventory(t, s, "apigateway")
	var v apiView
	if err := json.Unmarshal(found[restARN+"a1storefr0"].Config, &v); err != nil || len(v.Stages) != 2 || v.Methods != 0 || !v.Measured {
		t.Errorf("%+v, %v", v, err)
	}
	if n := rowCount(t, path, "SELECT count(*) FROM gap WHERE metric = 'apigateway:GET'"); n != 8 || len(res.Gaps) == 0 {
		t.Errorf("%d gaps, want one for each REST API: %+v", n, res.Gaps)
	}
	if n := rowCount(t, path, "SELECT count(*) FROM apigateway_rest_metrics WHERE requests > 0"); n == 0 {
		t.Error("no metrics")
	}
}
