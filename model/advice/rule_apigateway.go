package advice

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	apiGatewayOffer = "AmazonApiGateway"
	// httpChunks is how many 512 KB a call is taken to have at most on
	// average: REST APIs publish no sizes, payloads end at 10 MB.
	httpChunks = 1.2
	// cacheHits is the share of hits below which a cache does little, and
	// cacheRequests the least evidence.
	cacheHits, cacheRequests = 0.1, 1000
)

// apiConfig is what the collector keeps of an API.
type apiConfig struct {
	Type     string   `json:"api_type"`
	SameName []string `json:"same_name"`
	Measured bool     `json:"measured"`
	Methods  int      `json:"methods"`
	RESTOnly []string `json:"rest_only"`
	Stages   []struct {
		Name    string `json:"name"`
		CacheGB string `json:"cache_gb"`
	} `json:"stages"`
}

var (
	_ = register(Rule{Name: "apigateway-http", Service: "apigateway", Advise: adviseHTTPAPI})
	_ = register(Rule{Name: "apigateway-cache", Service: "apigateway", Advise: adviseCache})
	_ = register(Rule{Name: "apigateway-unused", Service: "apigateway", Advise: adviseUnusedAPI})
)

// adviseHTTPAPI recommends an HTTP API in place of a REST API that uses
// nothing of what HTTP APIs lack (Amazon API Gateway Developer Guide, "Choose
// between REST APIs and HTTP APIs").
func adviseHTTPAPI(s Subject) (model.Advice, bool) {
	c, ok := decoded[apiConfig](s)
	if !ok || c.Type != "rest" || len(c.RESTOnly) > 0 || len(c.SameName) > 0 || c.Methods == 0 {
		return model.Advice{}, false
	}
	n := quantity(s.items(), "rest-requests")
	rest, ok1 := s.priceOf(apiGatewayOffer, "rest-requests")
	http, ok2 := s.priceOf(apiGatewayOffer, "http-requests")
	if !ok1 || !ok2 || rest.IsZero() || n.Sign() <= 0 {
		return model.Advice{}, false
	}
	ratio := http.Ratio(rest)
	a := model.Advice{
		Title:   "Make it an HTTP API",
		Effects: []model.Effect{{Lines: "rest-requests", Low: 1 - ratio*httpChunks, Likely: 1 - ratio, High: 1 - ratio}},
		Evidence: []string{
			fmt.Sprintf("%s requests at %s USD a million instead of %s, %s", thousands(int64(n.Float64())), million(http), million(rest), s.span()),
			fmt.Sprintf("none of its %d methods and %d stages uses what HTTP APIs lack", c.Methods, len(c.Stages)),
		},
		Confidence: "B", Effort: "medium",
		Risk:     "clients meet a new address unless it has a domain name of its own; the event's format changes (payload version 2.0, 1.0 can be kept)",
		Apply:    s.aws("apigatewayv2", "import-api", "--body file://openapi.json") + "  # from: " + s.aws("apigateway", "get-export", "--rest-api-id "+quote(lastPart(string(s.Key().ID))), "--stage-name "+quote(stageOf(c)), "--export-type oas30", "openapi.json"),
		Disproof: "a REST-only feature in use that its configuration does not show, or answers above 512 KB",
	}
	a.Saving = s.saves(a.Effects)
	return a, worth(a.Saving)
}

func stageOf(c apiConfig) string {
	if len(c.Stages) == 0 {
		return "STAGE"
	}
	return c.Stages[0].Name
}

// million is what a million cost.
func million(u unit.USD) string { return u.Mul(unit.QuantityOf(1_000_000)).StringFixed(2) }

// adviseCache names caches that cost by the hour and answer next to nothing.
func adviseCache(s Subject) (model.Advice, bool) {
	c, ok := decoded[apiConfig](s)
	stage := ""
	for _, st := range c.Stages {
		if st.CacheGB != "" {
			stage = st.Name
		}
	}
	hits, misses := s.metric("CacheHitCount"), s.metric("CacheMissCount")
	requests := s.metric("Count")
	if !ok || stage == "" || len(c.SameName) > 0 || !s.silenceCounts() {
		return model.Advice{}, false
	}
	asked := hits + misses
	if asked >= cacheHits*requests && asked < cacheRequests || asked > 0 && hits >= cacheHits*asked {
		return model.Advice{}, false // too little to judge by, or it works
	}
	a := model.Advice{
		Title:   "Switch its cache off: it answers next to nothing",
		Effects: []model.Effect{{Lines: "rest-cache-", Low: 1, Likely: 1, High: 1}},
		Evidence: []string{
			fmt.Sprintf("%s hits and %s misses of %s requests, %s", thousands(int64(hits)), thousands(int64(misses)), thousands(int64(requests)), s.span()),
		},
		Confidence: "A", Effort: "low",
		Risk:     "the backend answers what the cache did: watch its latency",
		Apply:    s.aws("apigateway", "update-stage", "--rest-api-id "+quote(lastPart(string(s.Key().ID))), "--stage-name "+quote(stage), "--patch-operations op=replace,path=/cacheClusterEnabled,value=false"),
		Disproof: fmt.Sprintf("hits above %.0f %% of the requests it is asked for", 100*cacheHits),
	}
	a.Saving = s.saves(a.Effects)
	return a, worth(a.Saving)
}

// metric is the sum of a metric over the window.
func (s Subject) metric(name string) float64 { return s.Resource.Metric(name, "Sum").Sum }

// adviseUnusedAPI names APIs that nobody calls.
func adviseUnusedAPI(s Subject) (model.Advice, bool) {
	c, ok := decoded[apiConfig](s)
	if !ok || !c.Measured || len(c.SameName) > 0 || s.metric("Count")+s.metric("MessageCount")+s.metric("ConnectCount") > 0 || !s.silenceCounts() {
		return model.Advice{}, false
	}
	id := quote(lastPart(string(s.Key().ID)))
	if c.Type == "rest" {
		return s.unusedAdvice("no request", "apigateway", "delete-rest-api", "--rest-api-id "+id)
	}
	return s.unusedAdvice("no request", "apigatewayv2", "delete-api", "--api-id "+id)
}
