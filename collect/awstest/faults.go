package awstest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Faults makes the server misbehave. The zero value is a healthy server.
// Probabilities are by operation name ("GetMetricData"); the key "*" holds for
// the operations without an entry.
type Faults struct {
	// Seed of the random faults.
	Seed uint64
	// Throttle is the probability that a call is refused with "Rate exceeded".
	Throttle map[string]float64
	// Fail is the probability of a 5xx answer.
	Fail map[string]float64
	// Cut is the probability that the connection is cut in the middle of an
	// answer's body.
	Cut map[string]float64
	// RateLimit, in calls a second for each operation and region, is a token
	// bucket that holds one second of calls; 0 is no limit. RateLimited names
	// the operations it holds for; empty is all.
	RateLimit   float64
	RateLimited []string
	// Delay is added to every answer.
	Delay time.Duration
	// SlowBody spreads an answer's body over about this long.
	SlowBody time.Duration
	// LateBy publishes each datum (an invocation's metrics, a log line) only
	// after a delay drawn from [0, LateBy) by hash, against the server's
	// clock: a young datum point first has too small a Sum.
	LateBy time.Duration
	// DeniedActions are IAM actions ("cloudwatch:GetMetricData") refused
	// everywhere; DeniedRegions refuse every action.
	DeniedActions []string
	DeniedRegions []string
	// ExpiredToken answers every call as with expired credentials.
	ExpiredToken bool
	// ClockSkew answers every call as if the client's clock were wrong.
	ClockSkew bool
}

type faultState struct {
	Faults
	mu     sync.Mutex
	rng    *rand.Rand
	bucket map[string]*tokenBucket
}

type tokenBucket struct {
	tokens float64
	last   time.Time
}

func newFaultState(f Faults) *faultState {
	return &faultState{Faults: f, rng: rand.New(rand.NewPCG(f.Seed, 0xfa17)), bucket: map[string]*tokenBucket{}}
}

// SetFaults replaces the faults from the next call on.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = newFaultState(f)
}

// hit draws whether a fault of the given table befalls op.
func (f *faultState) hit(table map[string]float64, op string) bool {
	p, ok := table[op]
	if !ok {
		p = table["*"]
	}
	if p <= 0 {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rng.Float64() < p
}

// over takes one token and tells whether there was none left.
func (f *faultState) over(c *call) bool {
	if f.RateLimit <= 0 || len(f.RateLimited) > 0 && !slices.Contains(f.RateLimited, c.op) {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	size := max(1, f.RateLimit)
	b := f.bucket[c.op+"/"+c.region]
	if b == nil {
		b = &tokenBucket{tokens: size, last: now}
		f.bucket[c.op+"/"+c.region] = b
	}
	b.tokens = min(size, b.tokens+now.Sub(b.last).Seconds()*f.RateLimit)
	b.last = now
	if b.tokens < 1 {
		return true
	}
	b.tokens--
	return false
}

// admit decides whether the call reaches its operation.
func (s *Server) admit(c *call, f *faultState, key string) *apiError {
	action := c.service + ":" + c.op
	switch {
	case key != AccessKeyID && !strings.HasPrefix(key, assumedKey):
		return errBadKey(c.service)
	case f.ExpiredToken:
		return errExpired(c.service)
	case f.ClockSkew:
		return errSkew(c)
	case slices.Contains(f.DeniedActions, action) || slices.Contains(f.DeniedRegions, c.region):
		return errDenied(c.service, action, c.region)
	case f.over(c) || f.hit(f.Throttle, c.op):
		return errThrottled(c.service)
	case f.hit(f.Fail, c.op):
		return errInternal(c.service)
	}
	return nil
}

func errBadKey(service string) *apiError {
	code := "UnrecognizedClientException"
	if service == "sts" {
		code = "InvalidClientTokenId"
	}
	return &apiError{403, code, "The security token included in the request is invalid."}
}

func errExpired(service string) *apiError {
	code := "ExpiredTokenException"
	if service == "sts" || service == "cloudwatch" {
		code = "ExpiredToken"
	}
	return &apiError{403, code, "The security token included in the request is expired"}
}

func errSkew(c *call) *apiError {
	signed := c.http.Header.Get("X-Amz-Date")
	if c.service == "sts" {
		return &apiError{403, "SignatureDoesNotMatch", "Signature expired: " + signed + " is now earlier than the server's time (15 min.)"}
	}
	return &apiError{403, "InvalidSignatureException", "Signature expired: " + signed + " is now earlier than the server's time (15 min.)"}
}

func errDenied(service, action, region string) *apiError {
	code := "AccessDeniedException"
	if service == "sts" || service == "cloudwatch" {
		code = "AccessDenied"
	}
	return &apiError{403, code, fmt.Sprintf("User: arn:aws:iam::%s:user/collector is not authorized to perform: %s on resource: arn:aws:%s:%s:%s:* because no identity-based policy allows the %s action",
		AccountID, action, service, region, AccountID, action)}
}

func errThrottled(service string) *apiError {
	switch service {
	case "lambda":
		return &apiError{429, "TooManyRequestsException", "Rate exceeded"}
	case "logs":
		return &apiError{400, "ThrottlingException", "Rate exceeded"}
	}
	return &apiError{400, "Throttling", "Rate exceeded"}
}

func errInternal(service string) *apiError {
	switch service {
	case "lambda":
		return &apiError{500, "ServiceException", "An error occurred and the request cannot be processed."}
	case "logs":
		return &apiError{500, "ServiceUnavailableException", "The service cannot complete the request."}
	}
	return &apiError{500, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."}
}

// wait sleeps d unless the client goes away.
func (f *faultState) wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// write sends an answer, cut or slowed down if the faults say so.
func (f *faultState) write(w http.ResponseWriter, r *http.Request, c *call, rep reply) {
	setReplyHeaders(w.Header(), c)
	w.Header().Set("Content-Length", strconv.Itoa(len(rep.body)))
	if f.hit(f.Cut, c.op) {
		cutOff(w, rep.body[:len(rep.body)/2])
		return
	}
	if f.SlowBody <= 0 {
		_, _ = w.Write(rep.body)
		return
	}
	const parts = 8
	for i := range parts {
		_, _ = w.Write(rep.body[len(rep.body)*i/parts : len(rep.body)*(i+1)/parts])
		if fl, ok := w.(http.Flusher); ok {
			fl.Flush()
		}
		f.wait(r.Context(), f.SlowBody/parts)
	}
}

// cutOff writes the part and breaks the connection, so that the client reads
// an unexpected end.
func cutOff(w http.ResponseWriter, part []byte) {
	_, _ = w.Write(part)
	if fl, ok := w.(http.Flusher); ok {
		fl.Flush()
	}
	hj, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	if conn, _, err := hj.Hijack(); err == nil {
		_ = conn.Close()
	}
}
