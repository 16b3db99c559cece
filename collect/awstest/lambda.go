package awstest

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// functionsPerPage is the page size of Lambda's lists.
const functionsPerPage = 50

// Paths of Lambda's REST operations: a prefix, and what follows the name of
// the function.
var lambdaPaths = []struct{ prefix, suffix, op string }{
	{"/2016-08-19/account-settings", "", "GetAccountSettings"},
	{"/2015-03-31/event-source-mappings", "", "ListEventSourceMappings"},
	{"/2019-09-30/functions/", "/provisioned-concurrency", "ListProvisionedConcurrencyConfigs"},
	{"/2019-09-30/functions/", "/concurrency", "GetFunctionConcurrency"},
	{"/2015-03-31/functions/", "/aliases", "ListAliases"},
	{"/2015-03-31/functions/", "/versions", "ListVersionsByFunction"},
	{"/2021-10-31/functions/", "/urls", "ListFunctionUrlConfigs"},
	{"/2017-03-31/tags/", "", "ListTags"},
	{"/2015-03-31/functions", "", "ListFunctions"},
}

func lambdaOperation(r *http.Request) string {
	if r.Method != http.MethodGet {
		return ""
	}
	path := strings.TrimSuffix(r.URL.EscapedPath(), "/")
	for _, p := range lambdaPaths {
		rest, ok := strings.CutPrefix(path, strings.TrimSuffix(p.prefix, "/"))
		if ok && strings.HasSuffix(rest, p.suffix) {
			return p.op
		}
	}
	return ""
}

// functionName reads the name from the path: a name, an ARN, either with a
// qualifier.
func (c *call) functionName() string {
	path := strings.TrimSuffix(c.http.URL.EscapedPath(), "/")
	parts := strings.Split(path, "/")
	if len(parts) < 4 {
		return ""
	}
	name, err := url.PathUnescape(parts[3])
	if err != nil {
		return ""
	}
	if _, rest, ok := strings.Cut(name, ":function:"); ok {
		name = rest
	}
	name, _, _ = strings.Cut(name, ":")
	return name
}

// function finds the function that the call names, deleted ones excepted.
func (s *Server) function(c *call) (*function, *apiError) {
	name := c.functionName()
	f := s.acct.region(c.region).byName[name]
	if f == nil || f.deleted {
		return nil, &apiError{404, "ResourceNotFoundException", "Function not found: arn:aws:lambda:" + c.region + ":" + AccountID + ":function:" + name}
	}
	return f, nil
}

type functionConfiguration struct {
	FunctionName, FunctionArn, Runtime, Role, Handler, Description string `json:",omitempty"`
	CodeSize                                                       int64
	CodeSha256, Version, LastModified, PackageType, RevisionID     string `json:",omitempty"`
	Timeout, MemorySize                                            int
	Architectures                                                  []string
	Environment                                                    *environment `json:",omitempty"`
	EphemeralStorage                                               sizeOnly
	LoggingConfig                                                  loggingConfig
	SnapStart                                                      snapStart
	TracingConfig                                                  mode
	DeadLetterConfig                                               *targetArn `json:",omitempty"`
	Layers                                                         []layer    `json:",omitempty"`
}

type (
	environment struct{ Variables map[string]string }
	sizeOnly    struct{ Size int }
	mode        struct{ Mode string }
	targetArn   struct{ TargetArn string }
	layer       struct {
		Arn      string
		CodeSize int64
	}
	snapStart     struct{ ApplyOn, OptimizationStatus string }
	loggingConfig struct {
		LogFormat           string
		ApplicationLogLevel string `json:",omitempty"`
		SystemLogLevel      string `json:",omitempty"`
		LogGroup            string
	}
)

// lambdaTime is the form of LastModified.
const lambdaTime = "2006-01-02T15:04:05.000-0700"

// configuration is the function as ListFunctions shows it at an instant.
func (f *function) configuration(now time.Time, w window) functionConfiguration {
	modified := f.created
	if f.memoryBefore > 0 && now.UnixMilli() >= w.at(f.changeAt) {
		modified = time.UnixMilli(w.at(f.changeAt)).UTC()
	}
	c := functionConfiguration{
		FunctionName: f.name, FunctionArn: f.arn(), Runtime: f.runtime, Handler: f.handler, Description: f.description,
		Role:     "arn:aws:iam::" + AccountID + ":role/" + f.name + "-role",
		CodeSize: 1_200_000 + int64(f.seed%5_000_000), CodeSha256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		Version: "$LATEST", LastModified: modified.Format(lambdaTime), PackageType: "Zip",
		Timeout: f.timeoutS, MemorySize: f.memoryAt(now.UnixMilli(), w), Architectures: []string{f.arch},
		EphemeralStorage: sizeOnly{f.ephemeralMB}, SnapStart: snapStart{"None", "Off"}, TracingConfig: mode{"PassThrough"},
		LoggingConfig: loggingConfig{LogFormat: "Text", LogGroup: "/aws/lambda/" + f.name},
	}
	f.addOptions(&c)
	return c
}

func (f *function) addOptions(c *functionConfiguration) {
	if f.image {
		c.PackageType = "Image"
	}
	if f.customGroup != "" {
		c.LoggingConfig.LogGroup = f.customGroup
	}
	if f.logs == logsJSON || f.logs == logsWarn {
		c.LoggingConfig.LogFormat, c.LoggingConfig.ApplicationLogLevel, c.LoggingConfig.SystemLogLevel = "JSON", "INFO", "INFO"
	}
	if f.logs == logsWarn {
		c.LoggingConfig.SystemLogLevel = "WARN"
	}
	if len(f.env) > 0 {
		c.Environment = &environment{f.env}
	}
	if f.snapStart {
		c.SnapStart = snapStart{"PublishedVersions", "Off"}
	}
	if f.xray {
		c.TracingConfig.Mode = "Active"
	}
	if f.deadLetters {
		c.DeadLetterConfig = &targetArn{"arn:aws:sqs:" + f.region + ":" + AccountID + ":" + f.name + "-dlq"}
	}
	if f.insights {
		c.Layers = []layer{{"arn:aws:lambda:" + f.region + ":580247275435:layer:LambdaInsightsExtension:53", 3_500_000}}
	}
}

// versions lists the published versions: one behind an alias, and for a
// function whose memory changed the one from before.
func (f *function) versions(now time.Time, w window) []functionConfiguration {
	latest := f.configuration(now, w)
	out := []functionConfiguration{latest}
	publish := func(version string, memory int, modified time.Time) {
		v := latest
		v.Version, v.FunctionArn, v.MemorySize, v.LastModified = version, latest.FunctionArn+":"+version, memory, modified.Format(lambdaTime)
		if f.snapStart {
			v.SnapStart.OptimizationStatus = "On"
		}
		out = append(out, v)
	}
	switch {
	case f.memoryBefore > 0 && now.UnixMilli() >= w.at(f.changeAt):
		publish("1", f.memoryBefore, f.created)
	case f.alias != "":
		publish("1", latest.MemorySize, f.created)
	}
	return out
}

func (s *Server) listFunctions(c *call) (reply, *apiError) {
	if s.acct.large != nil {
		return s.listLargeFunctions(c)
	}
	w := s.acct.window(s.opt.Now)
	var all []functionConfiguration
	for _, f := range s.acct.region(c.region).live() {
		if c.http.URL.Query().Get("FunctionVersion") == "ALL" {
			all = append(all, f.versions(c.now, w)...)
		} else {
			all = append(all, f.configuration(c.now, w))
		}
	}
	return listPage(s, c, "Functions", all)
}

// listLargeFunctions builds only the page it shows.
func (s *Server) listLargeFunctions(c *call) (reply, *apiError) {
	all := s.acct.large.functions
	if c.region != largeRegion {
		all = nil
	}
	page, next, err := c.page(len(all))
	if err != nil {
		return reply{}, err
	}
	list := []functionConfiguration{}
	for i := page[0]; i < page[1]; i++ {
		sp := spec{name: all[i].name, memory: 128 << (all[i].seed % 5)}
		sp.defaults()
		f := function{spec: sp, region: c.region, seed: all[i].seed, created: s.acct.start}
		list = append(list, f.configuration(c.now, window{}))
	}
	return s.pageReply(c, "Functions", list, next)
}

// page reads Marker and MaxItems.
func (c *call) page(total int) ([2]int, string, *apiError) {
	q := c.http.URL.Query()
	size := functionsPerPage
	if n, err := strconv.Atoi(q.Get("MaxItems")); err == nil && n >= 1 {
		size = min(n, functionsPerPage)
	}
	page, next, err := pageOf(total, q.Get("Marker"), size)
	if err != nil {
		return page, "", &apiError{400, "InvalidParameterValueException", "Invalid pagination token"}
	}
	return page, next, nil
}

func (s *Server) pageReply(c *call, key string, list any, next string) (reply, *apiError) {
	if c.http.URL.Query().Get("Marker") != "" {
		s.count.update(func(c *Counters) { c.Pages++ })
	}
	out := map[string]any{key: list}
	if next != "" {
		out["NextMarker"] = next
	}
	return jsonReply(out)
}

// listPage answers with the page of the list that the call asks for.
func listPage[T any](s *Server, c *call, key string, all []T) (reply, *apiError) {
	page, next, err := c.page(len(all))
	if err != nil {
		return reply{}, err
	}
	return s.pageReply(c, key, append([]T{}, all[page[0]:page[1]]...), next)
}

func (s *Server) listVersions(c *call) (reply, *apiError) {
	f, err := s.function(c)
	if err != nil {
		return reply{}, err
	}
	return listPage(s, c, "Versions", f.versions(c.now, s.acct.window(s.opt.Now)))
}

func (s *Server) listAliases(c *call) (reply, *apiError) {
	f, err := s.function(c)
	if err != nil {
		return reply{}, err
	}
	var all []map[string]any
	if f.alias != "" {
		all = append(all, map[string]any{"AliasArn": f.arn() + ":" + f.alias, "Name": f.alias, "FunctionVersion": "1", "Description": ""})
	}
	return listPage(s, c, "Aliases", all)
}

// provisionedSince is when provisioned concurrency was configured: before the
// history begins.
func (s *Server) provisionedSince() time.Time { return s.acct.start.AddDate(0, 0, -60) }

func (s *Server) listProvisioned(c *call) (reply, *apiError) {
	f, err := s.function(c)
	if err != nil {
		return reply{}, err
	}
	var all []map[string]any
	if f.provisioned > 0 {
		all = append(all, map[string]any{
			"FunctionArn": f.arn() + ":" + f.alias,
			"RequestedProvisionedConcurrentExecutions": f.provisioned,
			"AvailableProvisionedConcurrentExecutions": f.provisioned,
			"AllocatedProvisionedConcurrentExecutions": f.provisioned,
			"Status":       "READY",
			"LastModified": s.provisionedSince().Format("2006-01-02T15:04:05-0700"),
		})
	}
	return listPage(s, c, "ProvisionedConcurrencyConfigs", all)
}

func (s *Server) getConcurrency(c *call) (reply, *apiError) {
	f, err := s.function(c)
	if err != nil {
		return reply{}, err
	}
	out := map[string]int{}
	if f.reserved > 0 {
		out["ReservedConcurrentExecutions"] = f.reserved
	}
	return jsonReply(out)
}

func (s *Server) getAccountSettings(c *call) (reply, *apiError) {
	live := s.acct.region(c.region).live()
	unreserved := 1000
	for _, f := range live {
		unreserved -= f.reserved + f.provisioned
	}
	return jsonReply(map[string]any{
		"AccountLimit": map[string]int64{"TotalCodeSize": 80_530_636_800, "CodeSizeUnzipped": 262_144_000, "CodeSizeZipped": 52_428_800, "ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": int64(unreserved)},
		"AccountUsage": map[string]int64{"TotalCodeSize": int64(len(live)) * 3_000_000, "FunctionCount": int64(len(live))},
	})
}

func (s *Server) listEventSources(c *call) (reply, *apiError) {
	want := c.http.URL.Query().Get("FunctionName")
	var all []map[string]any
	for _, f := range s.acct.region(c.region).live() {
		if f.source == "" || want != "" && want != f.name && want != f.arn() {
			continue
		}
		arn := "arn:aws:" + f.source + ":" + f.region + ":" + AccountID + ":" + cmp.Or(f.sourceName, f.name+"-queue")
		if f.source == "kinesis" {
			arn = "arn:aws:kinesis:" + f.region + ":" + AccountID + ":stream/" + cmp.Or(f.sourceName, f.name)
		}
		all = append(all, map[string]any{
			"UUID": uuid(f.seed, 0), "FunctionArn": f.arn(), "EventSourceArn": arn,
			"BatchSize": 10, "State": "Enabled", "LastModified": float64(f.created.Unix()),
		})
	}
	return listPage(s, c, "EventSourceMappings", all)
}

func (s *Server) listURLs(c *call) (reply, *apiError) {
	f, err := s.function(c)
	if err != nil {
		return reply{}, err
	}
	var all []map[string]any
	if f.url {
		created := f.created.Format(time.RFC3339)
		all = append(all, map[string]any{
			"FunctionArn": f.arn(), "FunctionUrl": "https://" + f.name + ".lambda-url." + f.region + ".on.aws/",
			"AuthType": "AWS_IAM", "InvokeMode": "BUFFERED", "CreationTime": created, "LastModifiedTime": created,
		})
	}
	return listPage(s, c, "FunctionUrlConfigs", all)
}

func (s *Server) listTags(c *call) (reply, *apiError) {
	f, err := s.function(c)
	if err != nil {
		return reply{}, err
	}
	tags := f.tags
	if tags == nil {
		tags = map[string]string{}
	}
	return jsonReply(map[string]any{"Tags": tags})
}
