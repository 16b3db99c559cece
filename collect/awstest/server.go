package awstest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// AccountID is the simulated account.
const AccountID = "123456789012"

// AccessKeyID and SecretAccessKey are the only credentials the server accepts.
// The signature itself is not verified.
const (
	AccessKeyID     = "AKIAIOSFODNN7EXAMPLE"
	SecretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// PlantedSecret stands in environment variables and log lines of the account.
// A collector must store it nowhere.
const PlantedSecret = "sk_live_PLANTED_7Hq2vXz9Lr4T"

// Regions lists the regions that hold functions, in ascending order. Every
// other region answers and is empty.
func Regions() []string { return []string{"eu-west-1", "us-east-1"} }

// Options says which account to generate. The zero value of a field takes the
// default named with it.
type Options struct {
	// Seed picks the account; the same Seed, Now and Days give the same bytes.
	Seed uint64
	// Now is the server's clock (default 2026-11-01 00:00 UTC). It stands
	// still until Advance.
	Now time.Time
	// Days of history before Now (default 30, at most 400).
	Days int
	// Ahead is the traffic generated after Now, which Advance uncovers.
	Ahead time.Duration
	// Rate multiplies the traffic of every function whose arrivals are random
	// (default 1: two to three million requests in 30 days).
	Rate float64
	// CrossHours lets requests run over a full UTC hour. By default none
	// does, so that an hour's metrics, which AWS stamps at the start of an
	// invocation, and its log lines, stamped at the end, tell of the same
	// requests.
	CrossHours bool
	// Huge adds two functions of constant load to us-east-1, one for each
	// architecture, that use 600,000 GB-seconds a minute each and so pass
	// both tier bounds within a month.
	Huge bool
	// Large replaces the account by Functions (default 1,000) functions in
	// us-east-1 whose metrics come from a hash, without requests or logs.
	Large     bool
	Functions int
}

func (o Options) withDefaults() (Options, error) {
	if o.Now.IsZero() {
		o.Now = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	}
	o.Now = o.Now.UTC()
	if o.Days == 0 {
		o.Days = 30
	}
	if o.Rate == 0 {
		o.Rate = 1
	}
	if o.Functions == 0 {
		o.Functions = 1000
	}
	switch {
	case o.Days < 1 || o.Days > 400:
		return o, fmt.Errorf("simulating an account: %d days of history, want 1 to 400", o.Days)
	case o.Rate < 0:
		return o, fmt.Errorf("simulating an account: a rate of %g, want more than 0", o.Rate)
	case o.Functions < 1 || o.Functions > 100_000:
		return o, fmt.Errorf("simulating an account: %d functions, want 1 to 100,000", o.Functions)
	case o.Ahead < 0:
		return o, fmt.Errorf("simulating an account: traffic ahead for %v, want 0 or more", o.Ahead)
	}
	return o, nil
}

// Server is a running simulated endpoint. Its methods may be called from
// several goroutines.
type Server struct {
	// URL is the endpoint, http://127.0.0.1:port.
	URL string

	opt  Options
	acct *account
	http *http.Server

	mu      sync.Mutex
	now     time.Time
	faults  *faultState
	count   counterState
	queries queryTable
	bill    []Charge
}

// New generates the account and starts to serve it on a free loopback port.
func New(opt Options) (*Server, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("simulating an account: %w", err)
	}
	s := &Server{
		URL:    "http://" + ln.Addr().String(),
		opt:    opt,
		acct:   generate(opt),
		now:    opt.Now,
		faults: newFaultState(Faults{}),
	}
	s.count.init()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			_ = ln.Close()
		}
	}()
	return s, nil
}

// Close stops the server and drops its connections.
func (s *Server) Close() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.http.Shutdown(ctx)
	return s.http.Close()
}

// Env gives the environment variables, as "KEY=value", that point an AWS SDK
// or command at the server.
func (s *Server) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + s.URL,
		"AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=" + AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + SecretAccessKey,
		"AWS_SESSION_TOKEN=",
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// Now is the server's clock.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Advance moves the server's clock forward. Traffic exists up to Options.Ahead
// after Options.Now.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// Start is the instant of the first possible request.
func (s *Server) Start() time.Time { return s.acct.start }

// call is one request on its way through the server.
type call struct {
	service string // iam prefix: cloudwatch, lambda, logs, sts, sqs
	signing string // the service's name in the signature
	sim     *simulated
	op      string
	region  string
	body    []byte
	http    *http.Request
	now     time.Time
	late    time.Duration
}

// reply is an answer before it is written.
type reply struct {
	body    []byte
	release func()
}

// quickest is the least time to answer a request with a body. The SDK closes
// the body of a request as soon as the head of the answer is there. If net/http
// has by then sent the body but not yet looked for its end, it finds it closed
// (smithy-go's reader returns io.EOF from WriteTo), takes that for a failed
// write and breaks the connection under the answer. A distant endpoint hardly
// ever answers that fast; loopback does.
const quickest = time.Millisecond

// ServeHTTP answers one AWS request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	c := &call{http: r, body: body}
	key := c.credentials()
	c.route()
	s.mu.Lock()
	c.now = s.now
	f := s.faults
	s.mu.Unlock()
	c.late = f.LateBy
	if apiErr := s.admit(c, f, key); apiErr != nil {
		f.wait(r.Context(), f.Delay)
		s.count.rejected(c, apiErr)
		writeError(w, c, apiErr)
		return
	}
	f.wait(r.Context(), f.Delay)
	read := time.Now()
	rep, apiErr := s.dispatch(c)
	if len(body) > 0 {
		f.wait(r.Context(), quickest-time.Since(read))
	}
	if apiErr != nil {
		s.count.rejected(c, apiErr)
		writeError(w, c, apiErr)
		return
	}
	s.count.answered(c)
	f.write(w, r, c, rep)
	if rep.release != nil {
		rep.release()
	}
}

// credentials reads the key id and the region from the signature's scope,
// AKID/date/region/service/aws4_request.
func (c *call) credentials() string {
	_, scope, ok := strings.Cut(c.http.Header.Get("Authorization"), "Credential=")
	if !ok {
		return ""
	}
	scope, _, _ = strings.Cut(scope, ",")
	parts := strings.Split(scope, "/")
	if len(parts) < 5 {
		return ""
	}
	c.region, c.signing = parts[2], parts[3]
	return parts[0]
}

const cloudWatchPath = "/service/GraniteServiceVersion20100801/operation/"

// route names the service and the operation of the call.
func (c *call) route() {
	path := c.http.URL.Path
	if sim := simulationOf(c.signing); sim != nil {
		c.sim, c.service, c.op = sim, sim.iam, sim.operationOf(c)
		return
	}
	switch {
	case strings.HasPrefix(path, cloudWatchPath):
		c.service, c.op = "cloudwatch", strings.TrimPrefix(path, cloudWatchPath)
	case strings.HasPrefix(c.http.Header.Get("X-Amz-Target"), "Logs_20140328."):
		c.service, c.op = "logs", strings.TrimPrefix(c.http.Header.Get("X-Amz-Target"), "Logs_20140328.")
	case path == "/":
		c.service, c.op = "sts", stsAction(c.body)
	default:
		c.service, c.op = "lambda", lambdaOperation(c.http)
	}
}

// handlers is the table of what the server can answer, by IAM action.
var handlers = map[string]func(*Server, *call) (reply, *apiError){
	"sts:GetCallerIdentity":                    (*Server).getCallerIdentity,
	"sts:AssumeRole":                           (*Server).assumeRole,
	"lambda:ListFunctions":                     (*Server).listFunctions,
	"lambda:ListVersionsByFunction":            (*Server).listVersions,
	"lambda:ListAliases":                       (*Server).listAliases,
	"lambda:ListProvisionedConcurrencyConfigs": (*Server).listProvisioned,
	"lambda:ListEventSourceMappings":           (*Server).listEventSources,
	"lambda:ListFunctionUrlConfigs":            (*Server).listURLs,
	"lambda:ListTags":                          (*Server).listTags,
	"lambda:GetFunctionConcurrency":            (*Server).getConcurrency,
	"lambda:GetAccountSettings":                (*Server).getAccountSettings,
	"cloudwatch:GetMetricData":                 (*Server).getMetricData,
	"cloudwatch:ListMetrics":                   (*Server).listMetrics,
	"logs:DescribeLogGroups":                   (*Server).describeLogGroups,
	"logs:FilterLogEvents":                     (*Server).filterLogEvents,
	"logs:StartQuery":                          (*Server).startQuery,
	"logs:GetQueryResults":                     (*Server).getQueryResults,
	"logs:StopQuery":                           (*Server).stopQuery,
	"logs:DescribeQueries":                     (*Server).describeQueries,
}

func (s *Server) dispatch(c *call) (reply, *apiError) {
	h, ok := handlers[c.service+":"+c.op]
	if c.sim != nil {
		h, ok = c.sim.handlers[c.op]
	}
	if !ok {
		return reply{}, &apiError{Status: 400, Code: "UnknownOperationException", Message: "The requested operation is not recognized by the service."}
	}
	return h(s, c)
}
