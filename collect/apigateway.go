package collect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// opGetAPIs is the one IAM action of all of API Gateway's reading calls. AWS
// allows ten of them a second together.
var opGetAPIs = &Operation{
	Action: "apigateway:GET", PerSecond: 10, Single: true,
	Why: "the APIs, their stages with caches, and the functions they call",
}

const apiGatewayName = "apigateway"

var _ = registerRoster(&roster{
	name:       apiGatewayName,
	operations: []*Operation{opGetAPIs},
	list:       listAPIs,
	measures:   measureAPI,
	recallFrom: recallAPI,
})

// The kinds of API, as in usage files.
const (
	apiREST      = "rest"
	apiHTTP      = "http"
	apiWebSocket = "websocket"
)

// apiConfig is what is stored of an API: no templates, variables, policies
// or keys.
type apiConfig struct {
	Type     string `json:"api_type"`
	Endpoint string `json:"endpoint,omitempty"` // EDGE, REGIONAL or PRIVATE
	// SameName are the ids of the other REST APIs of this name, with which it
	// shares its metrics. They are read by stage where that tells them apart,
	// else for the first made of them.
	SameName []string   `json:"same_name,omitempty"`
	ByStage  string     `json:"by_stage,omitempty"`
	Measured bool       `json:"measured"`
	Stages   []apiStage `json:"stages,omitempty"`
	Methods  int        `json:"methods,omitempty"`
	// RESTOnly are features in use that HTTP APIs lack.
	RESTOnly []string `json:"rest_only,omitempty"`
	// Authorizers are the kinds in use: AWS_IAM, CUSTOM, COGNITO_USER_POOLS.
	Authorizers []string     `json:"authorizers,omitempty"`
	Edges       []model.Edge `json:"edges,omitempty"`
}

// apiStage is a stage; CacheGB is AWS's spelling of its cache's size, empty
// without one.
type apiStage struct {
	Name    string    `json:"name"`
	CacheGB string    `json:"cache_gb,omitempty"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	Tracing bool      `json:"tracing,omitempty"`
	Logging bool      `json:"logging,omitempty"`
}

// addOnce keeps a value once, in order.
func addOnce[T ~string](list []T, values ...T) []T {
	for _, v := range values {
		if at, found := slices.BinarySearch(list, v); !found && v != "" {
			list = slices.Insert(list, at, v)
		}
	}
	return list
}

// connect keeps an edge from the API once, in order.
func (c *apiConfig) connect(to unit.ResourceID, kind string) {
	c.Edges = connected(c.Edges, to, kind)
}

// stage keeps a stage of an API made then, and returns its last change.
func (c *apiConfig) stage(s apiStage, logsTo string, made time.Time) time.Time {
	s.Created, s.Updated = later(s.Created, made).UTC(), s.Updated.UTC()
	if s.Updated.Before(s.Created) {
		s.Updated = s.Created
	}
	s.Logging = logsTo != ""
	c.Stages = append(c.Stages, s)
	c.connect(unit.ResourceID(strings.TrimSuffix(logsTo, ":*")), model.EdgeLogs)
	return s.Updated
}

// listAPIs lists both of API Gateway's inventories. What one refuses does not
// keep the other from being read.
func listAPIs(ctx context.Context, t *target, found func([]store.Resource) error) error {
	err := listRESTAPIs(ctx, t, found)
	if err != nil && fatal(err) {
		return err
	}
	if v2 := listV2APIs(ctx, t, found); err == nil || v2 != nil && fatal(v2) {
		return v2
	}
	return err
}

// api is an API by the path that its ARN ends with.
func (t *target) api(path, name string) store.Resource {
	return store.Resource{Key: model.ResourceKey{
		ID: unit.ResourceID(fmt.Sprintf("arn:%s:apigateway:%s::/%s", partition(t.region), t.region, path)), Name: name,
	}}
}

// idOf is the last part of an API's path.
func idOf(id unit.ResourceID) string { return string(id[strings.LastIndexByte(string(id), '/')+1:]) }

// measureAPI gives each kind of API its table. Without a cache there is
// neither hit nor miss.
func measureAPI(r *store.Resource) []measure {
	var c apiConfig
	if err := decodeConfig(r, &c); err != nil || !c.Measured {
		return nil
	}
	switch c.Type {
	case apiHTTP:
		return []measure{{table: store.HTTPAPIMetrics, dims: []dimension{{"ApiId", idOf(r.Key.ID)}}}}
	case apiWebSocket:
		return []measure{{table: store.WebSocketAPIMetrics, dims: []dimension{{"ApiId", idOf(r.Key.ID)}}, restless: true}}
	}
	cached := slices.ContainsFunc(c.Stages, func(s apiStage) bool { return s.CacheGB != "" })
	dims := []dimension{{"ApiName", r.Key.Name}}
	if c.ByStage != "" {
		dims = append(dims, dimension{"Stage", c.ByStage})
	}
	return []measure{{table: store.RestAPIMetrics, dims: dims, has: func(col *store.MetricColumn) bool {
		return cached || !strings.HasPrefix(col.Metric, "Cache")
	}}}
}

// recallAPI makes a deleted API of its metrics: of a REST API they know the
// name alone, of others the id.
func recallAPI(t *target, table *store.MetricTable, dims map[string]string, known func(func(*model.ResourceKey) bool) bool) (store.Resource, bool) {
	if len(dims) != 1 {
		return store.Resource{}, false // of a stage or method
	}
	if table == store.RestAPIMetrics {
		name := dims["ApiName"]
		if name == "" || known(func(k *model.ResourceKey) bool {
			return k.Name == name && strings.Contains(string(k.ID), "::/restapis/")
		}) {
			return store.Resource{}, false
		}
		r, err := sealed(t.api("restapis/name="+name, name), apiConfig{Type: apiREST, Measured: true})
		return r, err == nil
	}
	kind := apiHTTP
	if table == store.WebSocketAPIMetrics {
		kind = apiWebSocket
	}
	id := dims["ApiId"]
	r, err := sealed(t.api("apis/"+id, id), apiConfig{Type: kind, Measured: true})
	return r, err == nil && id != ""
}
