package awstest

import (
	"fmt"
)

const (
	nsAPIGateway   = "AWS/ApiGateway"
	httpChunk      = 512 << 10 // bytes of a call to an HTTP API that are billed as one
	webSocketChunk = 32 << 10  // the same of a WebSocket message
	dimAPIName     = "ApiName"
	dimAPIID       = "ApiId"
)

// api describes a simulated API.
type api struct {
	kind string // rest, http, websocket
	id   string
	// function names what it calls, queue what it sends to.
	function, queue string
	// errors4xx is the share of calls answered with 4xx; refused the share of
	// these that API Gateway refuses itself and does not bill.
	errors4xx, refused float64
	// bytes of a call or message: at least min, at most max.
	minBytes, maxBytes int64
	messages           int64 // at most, of a connection
	stages             []apiStage
	endpoint           string
	apiKeys            bool
	authorizer         string
	template           string // a mapping template, which nobody may keep
	sameName           bool   // another API of this name has the metrics
	byStage            bool   // others of this name have other stages
}

// apiStage describes a stage. Its cache stands from on, as a share of the
// history; it was changed last then.
type apiStage struct {
	name, cacheGB string
	from          float64
	fromAt        int64 // Unix seconds, set when the thing is made
	waf, tracing  bool
	logs          string // log group
}

// Prices of API Gateway's first tiers, of the AWS price list (infracost golden
// files for us-east-1; public price page for eu-west-1).
var _ = simulate(simulated{
	name: "apigateway", signing: "apigateway", iam: "apigateway", protocol: protocolRESTful,
	operation: func(*call) string { return "GET" }, // the name of the IAM action
	handlers:  map[string]func(*Server, *call) (reply, *apiError){"GET": (*Server).getAPIs},
	things:    apiThings,
	prices: map[string]dimensionPrices{
		"rest-requests":                flat("0.0000035", "0.0000035"),
		"http-requests":                flat("0.000001", "0.00000111"),
		"websocket-messages":           flat("0.000001", ""),
		"websocket-connection-minutes": flat("0.00000025", ""),
		"rest-cache-0.5GB":             flat("0.02", ""),
		"rest-cache-1.6GB":             flat("0.038", ""),
	},
})

func apiThings(w window) []*thing {
	list := []*thing{
		{where: use, name: "storefront-web", shape: shapeDiurnal, perMinute: 28, tags: map[string]string{"app": "storefront"}, spec: api{
			kind: "rest", id: "a1storefr0", function: "storefront-api", endpoint: "EDGE", template: PlantedSecret,
			stages: []apiStage{{name: "prod", cacheGB: "0.5", waf: true, tracing: true, logs: "/aws/apigateway/storefront"}, {name: "test"}},
		}},
		{where: use, name: "order-api", shape: shapeDiurnal, perMinute: 9, tags: map[string]string{"app": "orders"}, spec: api{
			kind: "rest", id: "b2ordersx1", function: "payment-callback", queue: "orders", endpoint: "REGIONAL", apiKeys: true, errors4xx: 0.03, refused: 0.6,
			stages: []apiStage{{name: "v1", cacheGB: "1.6", from: 0.55}},
		}},
		{where: use, name: "partner-api", shape: shapeBursty, perMinute: 6, tags: map[string]string{"app": "partners"}, spec: api{
			kind: "rest", id: "c3partner2", function: FunctionReserved, endpoint: "REGIONAL", authorizer: "COGNITO_USER_POOLS", stages: []apiStage{{name: "live"}},
		}},
		{where: use, name: "internal-tools", shape: shapeSteady, perMinute: 1, tags: map[string]string{"app": "platform"}, spec: api{
			kind: "rest", id: "d4toolsaa3", function: FunctionNeverInvoked, endpoint: "PRIVATE", stages: []apiStage{{name: "prod"}},
		}},
		{where: use, name: "internal-tools", shape: shapeNever, tags: map[string]string{"app": "platform", "note": hostile}, spec: api{
			kind: "rest", id: "e5toolsbb4", endpoint: "PRIVATE", stages: []apiStage{{name: "prod"}}, sameName: true,
		}},
		{where: use, name: "webhooks", shape: shapeSteady, perMinute: 1.5, tags: map[string]string{"app": "partners"}, spec: api{
			kind: "rest", id: "m3webhookc", function: "thirdparty-sync", endpoint: "REGIONAL", stages: []apiStage{{name: "prod"}}, byStage: true,
		}},
		{where: use, name: "webhooks", shape: shapeBursty, perMinute: 0.2, tags: map[string]string{"app": "partners"}, spec: api{
			kind: "rest", id: "n4webhookd", function: "thirdparty-sync", endpoint: "REGIONAL", stages: []apiStage{{name: "dev"}}, byStage: true,
		}},
		{where: use, name: "legacy-rest", shape: shapeSteady, perMinute: 2, to: 0.7, deleted: true, spec: api{kind: "rest", id: "f6legacyr5"}},
		{where: use, name: "search-http", shape: shapeDiurnal, perMinute: 22, tags: map[string]string{"app": "search"}, spec: api{
			kind: "http", id: "g7search06", function: FunctionProvisionedSpill, minBytes: 900, maxBytes: 90_000, stages: []apiStage{{name: "$default"}},
		}},
		{where: use, name: "media-upload", shape: shapeBursty, perMinute: 2.5, tags: map[string]string{"app": "media"}, spec: api{
			kind: "http", id: "h8mediaup7", function: FunctionMemoryChanged, minBytes: 60_000, maxBytes: 4_000_000, errors4xx: 0.05, refused: 0.5, stages: []apiStage{{name: "$default"}},
		}},
		{where: use, name: "legacy-http", shape: shapeSteady, perMinute: 3, to: 0.6, deleted: true, spec: api{kind: "http", id: "i9legacyh8", minBytes: 300, maxBytes: 9000}},
		{where: use, name: "order-status", shape: shapeDiurnal, perMinute: 0.5, tags: map[string]string{"app": "notify"}, spec: api{
			kind: "websocket", id: "j0statusw9", function: "notify-push", minBytes: 200, maxBytes: 70_000, messages: 40, stages: []apiStage{{name: "prod"}},
		}},
		{where: euw, name: "graphql", shape: shapeDiurnal, perMinute: 7, tags: map[string]string{"app": "gateway"}, spec: api{
			kind: "http", id: "k1graphqla", function: "graphql-gateway", minBytes: 400, maxBytes: 40_000, stages: []apiStage{{name: "$default", logs: "/aws/apigateway/graphql"}},
		}},
		{where: euw, name: `sandbox <b>&"test"</b>`, shape: shapeNever, spec: api{kind: "rest", id: "l2sandboxb", endpoint: "REGIONAL", stages: []apiStage{{name: "dev"}}}},
	}
	for _, t := range list {
		a := t.spec.(api)
		for i := range a.stages {
			a.stages[i].fromAt = w.at(a.stages[i].from) / 1000
			if a.stages[i].from == 0 {
				a.stages[i].fromAt -= 30 * daySeconds
			}
		}
		path := "apis/"
		if a.kind == "rest" {
			path = "restapis/"
		}
		t.arn = fmt.Sprintf("arn:aws:apigateway:%s::/%s%s", t.where, path, a.id)
		t.bill = billAPI
		if !a.sameName {
			t.metrics = apiMetrics(t, a)
		}
	}
	return list
}

// bytes is the size of the i-th call or message of a minute.
func (a *api) bytes(t *thing, minute, i int64) int64 {
	return a.minBytes + int64(t.draw(minute, i, 1)*t.draw(minute, i, 2)*float64(a.maxBytes-a.minBytes))
}

// fails tells whether a call is answered with 4xx, and whether API Gateway
// refused it.
func (a *api) fails(t *thing, minute, i int64) (failed, refused bool) {
	failed = a.errors4xx > 0 && t.draw(minute, i, 3) < a.errors4xx
	return failed, failed && t.draw(minute, i, 4) < a.refused
}

// sends is how many messages a connection exchanges, and lasts for how many
// minutes it stands.
func (a *api) sends(t *thing, minute, i int64) int64 {
	return 1 + int64(t.draw(minute, i, 5)*float64(a.messages))
}

func (a *api) lasts(t *thing, minute, i int64) int64 {
	x := t.draw(minute, i, 6)
	return 1 + int64(x*x*x*119)
}

// billAPI bills a minute call by call, and caches by the hour.
func billAPI(t *thing, minute int64, add func(string, int64)) {
	a := t.spec.(api)
	for _, s := range a.stages {
		if s.cacheGB != "" && minute%3600 == 0 && minute >= s.fromAt {
			add("rest-cache-"+s.cacheGB+"GB", 1)
		}
	}
	n := t.arrivals(minute, 0)
	if a.kind == "websocket" {
		for i := range n {
			add("websocket-connection-minutes", a.lasts(t, minute, i))
			for j := range a.sends(t, minute, i) {
				add("websocket-messages", chunks(a.bytes(t, minute, i*1000+j), webSocketChunk))
			}
		}
		return
	}
	billed := int64(0)
	for i := range n {
		if _, refused := a.fails(t, minute, i); refused {
			continue
		}
		if a.kind == "http" {
			billed += chunks(a.bytes(t, minute, i), httpChunk)
		} else {
			billed++
		}
	}
	if billed > 0 {
		add(a.kind+"-requests", billed)
	}
}

// chunks is how many chunks of size are begun by n bytes, one at least.
func chunks(n, size int64) int64 { return max(1, (n+size-1)/size) }

func apiMetrics(t *thing, a api) []thingMetric {
	dims := []dimension{{dimAPIID, a.id}}
	switch {
	case a.byStage: // what has the name alone is a sum that nobody should want
		dims = []dimension{{dimAPIName, t.name}, {"Stage", a.stages[0].name}}
	case a.kind == "rest":
		dims = []dimension{{dimAPIName, t.name}}
	}
	// each emits a value for every call of a minute, in hundredths; none for
	// a negative one.
	each := func(of func(minute, i int64) int64) func(*thing, int64, func(int64, uint32)) {
		return func(t *thing, minute int64, emit func(int64, uint32)) {
			for i := range t.arrivals(minute, 0) {
				if v := of(minute, i); v >= 0 {
					emit(v, 1)
				}
			}
		}
	}
	metric := func(name string, at func(*thing, int64, func(int64, uint32))) thingMetric {
		return thingMetric{namespace: nsAPIGateway, name: name, dims: dims, at: at}
	}
	failed := each(func(minute, i int64) int64 {
		if failed, _ := a.fails(t, minute, i); failed {
			return 100
		}
		return 0
	})
	one := each(func(int64, int64) int64 { return 100 })
	none := each(func(int64, int64) int64 { return 0 })
	integration := each(func(minute, i int64) int64 { return 1500 + int64(t.draw(minute, i, 7)*30_000) })
	latency := each(func(minute, i int64) int64 { return 2100 + int64(t.draw(minute, i, 7)*30_000) })
	size := each(func(minute, i int64) int64 { return a.bytes(t, minute, i) * 100 })
	switch a.kind {
	case "websocket":
		return []thingMetric{
			metric("ConnectCount", one), metric("IntegrationLatency", integration), metric("ClientError", none),
			metric("MessageCount", each(func(minute, i int64) int64 { return a.sends(t, minute, i) * 100 })),
		}
	case "http":
		return []thingMetric{
			metric("Count", one), metric("4xx", failed), metric("5xx", none), metric("DataProcessed", size),
			metric("Latency", latency), metric("IntegrationLatency", integration),
		}
	}
	list := []thingMetric{
		metric("Count", one), metric("4XXError", failed), metric("5XXError", none),
		metric("Latency", latency), metric("IntegrationLatency", integration),
	}
	for _, s := range a.stages {
		if s.cacheGB != "" {
			list = append(list, metric("CacheHitCount", each(func(minute, i int64) int64 { return int64(1.4*t.draw(minute, i, 8)) * 100 })))
		}
	}
	return list
}
