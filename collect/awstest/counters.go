package awstest

import (
	"sync"
	"time"
)

// Call is one request as the server saw it, in order of its answer.
type Call struct {
	At        time.Time // the machine's clock
	Operation string
	Region    string
	Status    int    // HTTP status of the answer
	Code      string // AWS error code, empty when answered
}

// Counters tells what a client has asked so far.
type Counters struct {
	// Requests answered, by operation and region.
	Requests map[string]map[string]int64
	// Rejected calls, by error code.
	Rejected map[string]int64
	// PointsServed by GetMetricData.
	PointsServed int64
	// MetricsBilled is what GetMetricData bills when further pages of a
	// request are free: for each metric of a call, one for each five
	// statistics begun.
	MetricsBilled int64
	// MetricsBilledOnPages is what the further pages add if AWS bills them
	// again, which its documentation leaves open.
	MetricsBilledOnPages int64
	// Pages beyond the first, of any operation that pages.
	Pages int64
	// BytesScanned by Logs Insights queries.
	BytesScanned int64
	// LogEvents served by FilterLogEvents.
	LogEvents int64
}

type counterState struct {
	mu    sync.Mutex
	c     Counters
	calls []Call
}

func (s *counterState) init() {
	s.c.Requests = map[string]map[string]int64{}
	s.c.Rejected = map[string]int64{}
}

func (s *counterState) update(f func(*Counters)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.c)
}

func (s *counterState) answered(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byRegion := s.c.Requests[c.op]
	if byRegion == nil {
		byRegion = map[string]int64{}
		s.c.Requests[c.op] = byRegion
	}
	byRegion[c.region]++
	s.calls = append(s.calls, Call{At: time.Now(), Operation: c.op, Region: c.region, Status: 200})
}

func (s *counterState) rejected(c *call, e *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.c.Rejected[e.Code]++
	s.calls = append(s.calls, Call{At: time.Now(), Operation: c.op, Region: c.region, Status: e.Status, Code: e.Code})
}

// Counters gives a copy of the counts so far.
func (s *Server) Counters() Counters {
	s.count.mu.Lock()
	defer s.count.mu.Unlock()
	out := s.count.c
	out.Requests = make(map[string]map[string]int64, len(s.count.c.Requests))
	for op, byRegion := range s.count.c.Requests {
		m := make(map[string]int64, len(byRegion))
		for region, n := range byRegion {
			m[region] = n
		}
		out.Requests[op] = m
	}
	out.Rejected = make(map[string]int64, len(s.count.c.Rejected))
	for code, n := range s.count.c.Rejected {
		out.Rejected[code] = n
	}
	return out
}

// Answered gives the calls of an operation that were answered, over all
// regions.
func (c Counters) Answered(operation string) int64 {
	var n int64
	for _, v := range c.Requests[operation] {
		n += v
	}
	return n
}

// Calls gives every call so far in the order of the answers.
func (s *Server) Calls() []Call {
	s.count.mu.Lock()
	defer s.count.mu.Unlock()
	return append([]Call(nil), s.count.calls...)
}

// ResetCounters forgets all counts and calls.
func (s *Server) ResetCounters() {
	s.count.mu.Lock()
	defer s.count.mu.Unlock()
	s.count.c = Counters{}
	s.count.init()
	s.count.calls = nil
}
