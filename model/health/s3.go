package health

// Limits of S3 buckets, which only those with request metrics can pass.
var _ = register(
	Rule{
		ID: "s3-server-errors", Service: "s3", Severity: warning, Text: "S3 cannot serve requests",
		Metric: "5xxErrors", Stat: "Sum", Per: "AllRequests", AtLeast: 1000, Scale: 100, Unit: "%",
		Limit: fixed(1, "1 % of the requests: a prefix takes 3,500 writes and 5,500 reads a second, and answers 503 beyond that until it has grown"),
	},
	Rule{
		ID: "s3-client-errors", Service: "s3", Severity: notice, Text: "many requests are refused",
		Metric: "4xxErrors", Stat: "Sum", Per: "AllRequests", AtLeast: 1000, Scale: 100, Unit: "%",
		Limit: fixed(25, "a quarter of the requests: callers look for what is not there, or for what they may not have"),
	},
	Rule{
		ID: "s3-first-byte", Service: "s3", Severity: notice, Text: "objects come late",
		Metric: "FirstByteLatency", Stat: "p99", Unit: "ms",
		Limit: fixed(2000, "2 s: S3's own guidance for small objects is 100 to 200 ms, and to try again after 2 s"),
	},
)
