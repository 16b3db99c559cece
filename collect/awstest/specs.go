package awstest

// logMode says what a function writes to CloudWatch Logs.
type logMode uint8

const (
	logsText logMode = iota
	logsJSON
	logsWarn // JSON with system log level WARN: no platform.report
	logsOff  // no log group: the role may not write
)

// shape is the form of the arrivals over time.
type shape uint8

const (
	shapeSteady  shape = iota
	shapeDiurnal       // a daily and a weekly wave
	shapeBursty        // quiet, with ten-minute storms
	shapeCron          // at fixed minutes
	shapeEvent         // clusters, as from a queue
	shapeNever
	shapeConstant // the same number every minute, for the huge functions
)

// spec describes one function of the account. Durations are medians in
// milliseconds, sizes in MB, shares in [0, 1] of the history.
type spec struct {
	name, where, description  string
	runtime, arch, handler    string
	image                     bool
	memory, memoryBefore      int
	changeAt                  float64
	timeoutS                  int
	ephemeralMB               int
	shape                     shape
	perMinute                 float64
	cronMinutes, cronBatch    int
	from, to                  float64 // of the traffic; 0, 0 is the whole
	medianMs, sigma           float64
	initMs                    float64
	snapStart                 bool
	usedMB                    float64
	errors, crashes, timeouts float64 // probabilities
	logs                      logMode
	retentionDays             int
	customGroup               string
	xray                      bool
	insights                  bool // Lambda Insights is on
	provisioned, reserved     int
	alias                     string
	async, deadLetters        bool
	stream                    bool   // IteratorAge
	source, sourceName        string // an event source mapping's service, and the name if not the function's
	url                       bool
	deleted                   bool
	env                       map[string]string
	tags                      map[string]string
	weight                    uint32
}

const (
	x86 = "x86_64"
	arm = "arm64"
	use = "us-east-1"
	euw = "eu-west-1"
)

// Names that tests and demonstrations refer to.
const (
	FunctionMemoryChanged       = "resize-images"       // memory changed half-way, with logs
	FunctionMemoryChangedNoLogs = "geo-lookup"          // the same without logs
	FunctionDeleted             = "legacy-import"       // deleted days ago
	FunctionDeletedLongAgo      = "campaign-landing"    // deleted, known to its log group alone
	FunctionNeverInvoked        = "dr-failover"         // no datum at all
	FunctionDead                = "old-report"          // idle for more than 14 days
	FunctionNoReports           = "audit-trail"         // system log level WARN
	FunctionProvisioned         = "checkout-api"        // provisioned concurrency, fully covered
	FunctionProvisionedSpill    = "search-api"          // provisioned concurrency that spills over
	FunctionSnapStart           = "pricing-engine"      // Java with SnapStart
	FunctionEphemeral           = "video-thumbnail"     // 4 GB of ephemeral storage
	FunctionReserved            = "partner-webhook"     // throttled by reserved concurrency
	FunctionHugeX86             = "huge-x86"            // Options.Huge
	FunctionHugeArm             = "huge-arm"            // Options.Huge
	FunctionHostile             = "tenant-provisioning" // hostile text in tags and description
)

// hostile is text that a careless printer turns into markup, terminal codes
// or SQL.
const hostile = "<script>alert('x')</script>\x1b[31m'; DROP TABLE resources;--\u202e"

// specs is the demonstration account.
func specs() []spec {
	list := append(usEast1(), euWest1()...)
	for i := range list {
		list[i].defaults()
	}
	return list
}

func (s *spec) defaults() {
	if s.arch == "" {
		s.arch = x86
	}
	if s.runtime == "" && !s.image {
		s.runtime = "nodejs22.x"
	}
	if s.handler == "" && !s.image {
		s.handler = "index.handler"
	}
	if s.timeoutS == 0 {
		s.timeoutS = 30
	}
	if s.ephemeralMB == 0 {
		s.ephemeralMB = 512
	}
	if s.sigma == 0 {
		s.sigma = 0.35
	}
	if s.to == 0 {
		s.to = 1
	}
	if s.weight == 0 {
		s.weight = 1
	}
}

func usEast1() []spec {
	return []spec{
		{name: "storefront-api", where: use, shape: shapeDiurnal, perMinute: 7, memory: 512, medianMs: 42, initMs: 310, usedMB: 118, errors: 0.002, xray: true, url: true, tags: map[string]string{"app": "storefront", "team": "web"}},
		{name: FunctionProvisioned, where: use, arch: arm, shape: shapeDiurnal, perMinute: 3, memory: 1024, medianMs: 88, initMs: 420, usedMB: 190, errors: 0.001, provisioned: 8, alias: "live", runtime: "python3.13", handler: "app.handler", tags: map[string]string{"app": "storefront"}, env: map[string]string{"PAYMENT_KEY": PlantedSecret, "STAGE": "prod"}},
		{name: FunctionProvisionedSpill, where: use, shape: shapeBursty, perMinute: 3, memory: 1536, medianMs: 130, initMs: 900, usedMB: 610, provisioned: 2, alias: "live", runtime: "python3.12", handler: "app.handler", insights: true, tags: map[string]string{"app": "search"}},
		{name: "cart-sync", where: use, arch: arm, shape: shapeEvent, perMinute: 3, memory: 256, medianMs: 35, initMs: 180, usedMB: 74, source: "sqs", sourceName: "cart-events", tags: map[string]string{"app": "storefront"}},
		{name: "order-worker", where: use, shape: shapeEvent, perMinute: 3, memory: 1024, medianMs: 240, sigma: 0.6, initMs: 650, usedMB: 140, source: "sqs", sourceName: "orders", runtime: "python3.12", handler: "worker.handle", insights: true, tags: map[string]string{"app": "orders"}},
		{name: FunctionMemoryChanged, where: use, shape: shapeBursty, perMinute: 1.5, memory: 2048, memoryBefore: 1024, changeAt: 0.5, medianMs: 380, initMs: 520, usedMB: 890, tags: map[string]string{"app": "media"}},
		{name: FunctionEphemeral, where: use, shape: shapeBursty, perMinute: 0.5, memory: 3008, ephemeralMB: 4096, medianMs: 4200, sigma: 0.5, initMs: 1200, usedMB: 1900, timeoutS: 120, image: true, tags: map[string]string{"app": "media"}},
		{name: FunctionSnapStart, where: use, shape: shapeDiurnal, perMinute: 2, memory: 2048, medianMs: 95, initMs: 410, usedMB: 420, snapStart: true, runtime: "java21", handler: "com.example.Pricing::handle", alias: "live"},
		{name: "notify-email", where: use, arch: arm, shape: shapeSteady, perMinute: 2, memory: 128, medianMs: 160, initMs: 230, usedMB: 71, async: true, deadLetters: true, errors: 0.02, logs: logsJSON, tags: map[string]string{"app": "notify"}},
		{name: "notify-push", where: use, shape: shapeSteady, perMinute: 1.5, memory: 128, medianMs: 75, initMs: 200, usedMB: 66, async: true, logs: logsJSON, tags: map[string]string{"app": "notify"}},
		{name: FunctionReserved, where: use, shape: shapeBursty, perMinute: 3, memory: 256, medianMs: 450, sigma: 0.5, initMs: 350, usedMB: 95, reserved: 2, url: true, tags: map[string]string{"app": "partners"}},
		{name: FunctionNoReports, where: use, shape: shapeSteady, perMinute: 2.5, memory: 256, medianMs: 58, initMs: 150, usedMB: 80, logs: logsWarn, stream: true, source: "kinesis"},
		{name: "clickstream", where: use, arch: arm, shape: shapeSteady, perMinute: 5, memory: 512, medianMs: 62, initMs: 90, usedMB: 88, stream: true, source: "kinesis", runtime: "provided.al2023", handler: "bootstrap", tags: map[string]string{"app": "analytics"}},
		{name: FunctionMemoryChangedNoLogs, where: use, shape: shapeSteady, perMinute: 3, memory: 512, memoryBefore: 768, changeAt: 0.4, medianMs: 140, initMs: 160, usedMB: 110, logs: logsOff},
		{name: "session-store", where: use, shape: shapeSteady, perMinute: 4, memory: 256, medianMs: 120, initMs: 140, usedMB: 90, logs: logsOff, tags: map[string]string{"app": "storefront"}},
		{name: "nightly-etl", where: use, shape: shapeCron, cronMinutes: 1440, cronBatch: 6, memory: 4096, medianMs: 260_000, sigma: 0.2, initMs: 2400, usedMB: 3800, timeoutS: 900, runtime: "python3.11", handler: "etl.main", tags: map[string]string{"app": "analytics"}},
		{name: "cache-warmer", where: use, arch: arm, shape: shapeCron, cronMinutes: 5, cronBatch: 1, memory: 128, medianMs: 900, initMs: 260, usedMB: 60},
		{name: "thirdparty-sync", where: use, shape: shapeCron, cronMinutes: 15, cronBatch: 4, memory: 512, medianMs: 11_000, sigma: 0.9, initMs: 480, usedMB: 150, timeoutS: 30, timeouts: 0.04, tags: map[string]string{"app": "partners"}},
		{name: "invoice-pdf", where: use, shape: shapeEvent, perMinute: 0.6, stream: true, source: "dynamodb", sourceName: "table/orders/stream/2026-01-01T00:00:00.000", memory: 512, medianMs: 2900, initMs: 1500, usedMB: 503, image: true, crashes: 0.015, timeoutS: 20, tags: map[string]string{"app": "orders"}},
		{name: "payment-callback", where: use, shape: shapeDiurnal, perMinute: 1, memory: 256, medianMs: 210, initMs: 340, usedMB: 99, errors: 0.31, tags: map[string]string{"app": "orders"}, env: map[string]string{"DB_PASSWORD": PlantedSecret}},
		{name: FunctionDead, where: use, shape: shapeSteady, perMinute: 0.8, from: 0, to: 0.45, memory: 1024, medianMs: 700, initMs: 800, usedMB: 210},
		{name: FunctionNeverInvoked, where: use, shape: shapeNever, memory: 3008, medianMs: 1, usedMB: 1, tags: map[string]string{"app": "platform"}},
		{name: FunctionDeleted, where: use, shape: shapeSteady, perMinute: 0.9, to: 0.8, memory: 512, medianMs: 330, initMs: 500, usedMB: 160, deleted: true},
		{name: FunctionDeletedLongAgo, where: use, shape: shapeDiurnal, perMinute: 0.7, to: 0.3, memory: 256, medianMs: 120, initMs: 300, usedMB: 85, deleted: true},
	}
}

func euWest1() []spec {
	return []spec{
		{name: "storefront-api-eu", where: euw, shape: shapeDiurnal, perMinute: 4, memory: 512, medianMs: 47, initMs: 320, usedMB: 119, errors: 0.003, xray: true, tags: map[string]string{"app": "storefront"}},
		{name: "graphql-gateway", where: euw, arch: arm, shape: shapeDiurnal, perMinute: 2.5, memory: 768, medianMs: 74, initMs: 610, usedMB: 204, url: true, logs: logsJSON, provisioned: 3, alias: "prod", tags: map[string]string{"app": "gateway"}},
		{name: "fraud-score", where: euw, shape: shapeDiurnal, perMinute: 1.2, memory: 512, medianMs: 1300, sigma: 0.3, initMs: 2800, usedMB: 498, runtime: "python3.12", handler: "model.score", insights: true, timeoutS: 6, tags: map[string]string{"app": "risk"}},
		{name: "thumbnail", where: euw, shape: shapeBursty, perMinute: 1.2, memory: 3008, medianMs: 410, initMs: 700, usedMB: 240, tags: map[string]string{"app": "media"}},
		{name: "ledger-export", where: euw, shape: shapeCron, cronMinutes: 60, cronBatch: 3, memory: 1024, medianMs: 42_000, sigma: 0.3, initMs: 900, usedMB: 690, timeoutS: 300, runtime: "dotnet8", handler: "Ledger::Export", tags: map[string]string{"app": "finance"}},
		{name: "iot-ingest", where: euw, arch: arm, shape: shapeSteady, perMinute: 6, memory: 128, medianMs: 12, initMs: 60, usedMB: 31, runtime: "provided.al2023", handler: "bootstrap", stream: true, source: "kinesis", tags: map[string]string{"app": "iot"}},
		{name: "iot-alarm", where: euw, shape: shapeEvent, perMinute: 0.5, memory: 256, medianMs: 55, initMs: 220, usedMB: 70, async: true, tags: map[string]string{"app": "iot"}},
		{name: FunctionHostile, where: euw, description: hostile, shape: shapeSteady, perMinute: 0.3, memory: 512, medianMs: 640, initMs: 390, usedMB: 122, tags: map[string]string{"app": hostile, "team": "=cmd|' /C calc'!A0"}},
		{name: "gdpr-erase", where: euw, shape: shapeCron, cronMinutes: 360, cronBatch: 2, memory: 1024, medianMs: 65_000, sigma: 0.4, initMs: 700, usedMB: 180, timeoutS: 600, retentionDays: 14},
		{name: "stock-feed", where: euw, shape: shapeCron, cronMinutes: 1, cronBatch: 2, memory: 1769, medianMs: 310, initMs: 300, usedMB: 130, tags: map[string]string{"app": "finance"}},
		{name: "login-hook", where: euw, shape: shapeDiurnal, perMinute: 1.5, memory: 128, medianMs: 340, initMs: 410, usedMB: 126, tags: map[string]string{"app": "identity"}},
		{name: "chat-socket", where: euw, arch: arm, shape: shapeBursty, perMinute: 2, memory: 256, medianMs: 28, initMs: 190, usedMB: 77, customGroup: "/app/chat", tags: map[string]string{"app": "chat"}},
		{name: "translate", where: euw, shape: shapeDiurnal, perMinute: 0.6, memory: 1024, medianMs: 900, initMs: 520, usedMB: 240, async: true, deadLetters: true, errors: 0.06},
		{name: "token-refresh", where: euw, shape: shapeSteady, perMinute: 3, memory: 128, medianMs: 150, initMs: 110, usedMB: 58, logs: logsOff, tags: map[string]string{"app": "identity"}},
		{name: "old-signup-form", where: euw, shape: shapeSteady, perMinute: 0.2, to: 0.4, memory: 256, medianMs: 180, initMs: 280, usedMB: 80},
		{name: "snap-quotes", where: euw, shape: shapeDiurnal, perMinute: 0.9, memory: 1024, medianMs: 60, initMs: 380, usedMB: 310, snapStart: true, runtime: "java21", handler: "com.example.Quotes::handle", logs: logsJSON, alias: "live"},
	}
}

// hugeSpecs are the functions of Options.Huge: 60,000 invocations a minute of
// exactly one second at 10 GB, always warm.
func hugeSpecs() []spec {
	one := spec{where: use, shape: shapeConstant, memory: 10240, medianMs: 1000, usedMB: 8000, weight: 60_000}
	x, a := one, one
	x.name, x.arch = FunctionHugeX86, x86
	a.name, a.arch = FunctionHugeArm, arm
	x.defaults()
	a.defaults()
	return []spec{x, a}
}
