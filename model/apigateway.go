package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model/unit"
)

const amazonAPIGateway = "AmazonApiGateway"

// What one billed request or message holds (Amazon API Gateway pricing page:
// HTTP APIs are metered in 512 KB increments, WebSocket messages in 32 KB;
// REST calls count whatever their size).
const (
	httpChunkKB      = 512
	webSocketChunkKB = 32
)

// cacheSizesGB are the cache sizes of a REST stage, ascending, as AWS and the
// price book spell them (API Gateway API reference, cacheClusterSize).
var cacheSizesGB = []string{"0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"}

var _ = register(Service{
	Name: "apigateway",
	Role: RoleAPI,
	Work: []string{"Count", "MessageCount"},
	Inferred: "calls answered with 4xx may not be billed; sizes are known in part where billing is per 512 KB (HTTP) or 32 KB (WebSocket); " +
		"a WebSocket connection is taken for 0 to 120 minutes, likely 10; a cache may be younger than its stage; REST APIs of one name and stage share their metrics, which stand with the oldest",
	Fields: []Field{
		{Name: "api_type", Kind: Choice, Choices: []string{"rest", "http", "websocket"}},
		{Name: "requests"},
		{Name: "request_kb"},
		{Name: "messages"},
		{Name: "message_kb"},
		{Name: "connection_minutes"},
		{Name: "cache_gb"},
		{Name: "cache_hours"},
	},
	Check: checkAPIGateway,
	Bill:  billAPIGateway,
})

// checkAPIGateway refuses a cache of a size that AWS does not sell: no price
// could be right for it.
func checkAPIGateway(v Values) error {
	size := v.Number("cache_gb")
	if size.IsZero() || cacheSize(size) != "" {
		return nil
	}
	return &FieldError{Field: "cache_gb", Problem: fmt.Sprintf("there is no cache of %s GB: want one of %s, or 0 for none", size, strings.Join(cacheSizesGB, ", "))}
}

// cacheSize returns the spelling of a cache size in GB, empty for one that
// does not exist.
func cacheSize(gb unit.Quantity) string {
	i := slices.IndexFunc(cacheSizesGB, func(s string) bool {
		size, err := unit.ParseQuantity(s)
		return err == nil && size.Cmp(gb) == 0
	})
	if i < 0 {
		return ""
	}
	return cacheSizesGB[i]
}

// billAPIGateway follows the Amazon API Gateway pricing page. What an API of
// the given type does not have is billed as that of the type that does, so
// that nothing given is left out.
func billAPIGateway(l *Lines, v Values) {
	requests, kb := v.Number("requests"), v.Number("request_kb")
	messages := v.Number("messages").Mul(Chunks(v.Number("message_kb"), webSocketChunkKB))
	switch v.Text("api_type") {
	case "http":
		l.Add(amazonAPIGateway, "http-requests", requests.Mul(Chunks(kb, httpChunkKB)))
	case "websocket":
		messages = messages.Add(requests.Mul(Chunks(kb, webSocketChunkKB)))
	default:
		l.Add(amazonAPIGateway, "rest-requests", requests)
	}
	l.Add(amazonAPIGateway, "websocket-messages", messages)
	l.Add(amazonAPIGateway, "websocket-connection-minutes", v.Number("connection_minutes"))
	if size := cacheSize(v.Number("cache_gb")); size != "" {
		l.Add(amazonAPIGateway, "rest-cache-"+size+"GB", v.Number("cache_hours"))
	}
	warnAPIGateway(l, v)
}

// warnAPIGateway names what is priced as given and looks like an oversight.
func warnAPIGateway(l *Lines, v Values) {
	kind := v.Text("api_type")
	if f := anyGiven(v, "messages", "connection_minutes"); f != "" && kind != "websocket" {
		l.Warn("usage", f+": only a WebSocket API has them, so they are billed as one's (api_type is "+kind+")")
	}
	if kind == "websocket" && anyGiven(v, "requests") != "" {
		l.Warn("usage", "requests: a WebSocket API is billed by messages, so each counts as one")
	}
	cached, hours := v.Number("cache_gb").Sign() > 0, v.Number("cache_hours").Sign() > 0
	switch {
	case cached && !hours:
		l.Warn("usage", "cache_gb without cache_hours costs nothing")
	case hours && !cached:
		l.Warn("usage", "cache_hours without cache_gb cost nothing")
	case cached && kind != "rest":
		l.Warn("usage", "cache_gb: only a REST API has a cache, so it is billed as one's (api_type is "+kind+")")
	}
}
