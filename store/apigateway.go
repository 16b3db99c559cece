package store

// API Gateway publishes other metrics for each kind of API: REST by name, the
// others by id. What they say of the bill is in
// sql/view_51_apigateway_metered.sql. An API without requests has no datum.
var (
	// RestAPIMetrics is the wide table of REST APIs, all stages together.
	RestAPIMetrics = register(MetricTable{
		Name: "apigateway_rest_metrics", Service: "apigateway", Group: "apigateway-rest", Namespace: "AWS/ApiGateway", Probe: "requests",
		Columns: append([]MetricColumn{
			{Name: "requests", Metric: "Count", Stat: "Sum", Count: true},
			{Name: "errors_4xx", Metric: "4XXError", Stat: "Sum", Count: true},
			{Name: "errors_5xx", Metric: "5XXError", Stat: "Sum", Count: true},
			{Name: "cache_hits", Metric: "CacheHitCount", Stat: "Sum", Count: true},
			{Name: "cache_misses", Metric: "CacheMissCount", Stat: "Sum", Count: true},
		}, latencyColumns()...),
	})
	// HTTPAPIMetrics is the wide table of HTTP APIs, all stages together.
	HTTPAPIMetrics = register(MetricTable{
		Name: "apigateway_http_metrics", Service: "apigateway", Group: "apigateway-http", Namespace: "AWS/ApiGateway", Probe: "requests",
		Columns: append([]MetricColumn{
			{Name: "requests", Metric: "Count", Stat: "Sum", Count: true},
			{Name: "errors_4xx", Metric: "4xx", Stat: "Sum", Count: true},
			{Name: "errors_5xx", Metric: "5xx", Stat: "Sum", Count: true},
			{Name: "bytes", Metric: "DataProcessed", Stat: "Sum", Count: true},
			{Name: "bytes_max", Metric: "DataProcessed", Stat: "Maximum", Count: true},
		}, latencyColumns()...),
	})
	// WebSocketAPIMetrics is the wide table of WebSocket APIs, all stages
	// together. Connections may be silent and messages follow long after
	// their connection, so neither shows where an API was alive.
	WebSocketAPIMetrics = register(MetricTable{
		Name: "apigateway_websocket_metrics", Service: "apigateway", Group: "apigateway-websocket", Namespace: "AWS/ApiGateway", Probe: "messages",
		Columns: []MetricColumn{
			{Name: "messages", Metric: "MessageCount", Stat: "Sum", Count: true},
			{Name: "connects", Metric: "ConnectCount", Stat: "Sum", Count: true},
			{Name: "client_errors", Metric: "ClientError", Stat: "Sum", Count: true},
			{Name: "execution_errors", Metric: "ExecutionError", Stat: "Sum", Count: true},
			{Name: "integration_errors", Metric: "IntegrationError", Stat: "Sum", Count: true},
			{Name: "integration_sum", Metric: "IntegrationLatency", Stat: "Sum"},
			{Name: "integration_p50", Metric: "IntegrationLatency", Stat: "p50"},
			{Name: "integration_p99", Metric: "IntegrationLatency", Stat: "p99"},
			{Name: "integration_max", Metric: "IntegrationLatency", Stat: "Maximum"},
		},
	})
	_ = registerMetered("apigateway_metered")
)

// latencyColumns are those of REST and HTTP APIs, in milliseconds: with and
// without what API Gateway adds. Five statistics of a metric are billed as one.
func latencyColumns() []MetricColumn {
	return []MetricColumn{
		{Name: "latency_sum", Metric: "Latency", Stat: "Sum"},
		{Name: "latency_p50", Metric: "Latency", Stat: "p50"},
		{Name: "latency_p90", Metric: "Latency", Stat: "p90"},
		{Name: "latency_p99", Metric: "Latency", Stat: "p99"},
		{Name: "latency_max", Metric: "Latency", Stat: "Maximum"},
		{Name: "integration_sum", Metric: "IntegrationLatency", Stat: "Sum"},
		{Name: "integration_p50", Metric: "IntegrationLatency", Stat: "p50"},
		{Name: "integration_p90", Metric: "IntegrationLatency", Stat: "p90"},
		{Name: "integration_p99", Metric: "IntegrationLatency", Stat: "p99"},
		{Name: "integration_max", Metric: "IntegrationLatency", Stat: "Maximum"},
	}
}
