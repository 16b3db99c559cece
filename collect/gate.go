package collect

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	// attempts is how often a call is made before it counts as failed. At
	// 30 % of random failures twelve leave one in two million.
	attempts = 12
	// backoff starts the wait after a failed attempt, doubled each time up to
	// maxBackoff, of which a random part between half and all is waited.
	backoff    = 25 * time.Millisecond
	maxBackoff = 5 * time.Second
)

// gate is what every call to one account and region passes: it waits for the
// quota, makes the call, learns from rejections, tries again and keeps count.
type gate struct {
	account unit.AccountID
	region  unit.Region
	clock   func() time.Time
	slots   chan struct{} // calls in flight, shared by all targets
	tally   *tally
	jitter  *jitter
	options *Options

	mu     sync.Mutex
	lanes  map[string]*lane
	denied map[string]*Failure // actions that were refused: not asked again
	// recent and older limit data points by the age of a window's start.
	recent, older *volume
}

// lane is the queue before one kind of call.
type lane struct {
	turn    chan struct{} // held by the one who waits
	limiter *limiter
}

// jitter is a seeded source of randomness that goroutines share.
type jitter struct {
	mu sync.Mutex
	r  *rand.Rand
}

func (j *jitter) between(low, high time.Duration) time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	return low + time.Duration(j.r.Int64N(int64(high-low)+1))
}

func newGate(account unit.AccountID, region unit.Region, o *Options, slots chan struct{}, t *tally, j *jitter) *gate {
	return &gate{
		account: account, region: region, clock: o.Clock, slots: slots, tally: t, jitter: j, options: o,
		lanes: map[string]*lane{}, denied: map[string]*Failure{},
		recent: newVolume(o.points(recentPointsPerSecond)),
		older:  newVolume(o.points(olderPointsPerSecond)),
	}
}

func (g *gate) lane(op *Operation) *lane {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.lanes[op.Action]
	if l == nil {
		l = &lane{turn: make(chan struct{}, 1), limiter: newLimiter(g.options.rate(op))}
		g.lanes[op.Action] = l
	}
	return l
}

// do makes one call, trying again while that makes sense. billed is the
// amount the call costs if it succeeds, in op.Unit. The error is a *Failure
// or the context's.
func (g *gate) do(ctx context.Context, op *Operation, billed int64, call func(context.Context) error) error {
	if f := g.refused(op); f != nil {
		return f
	}
	l := g.lane(op)
	skewed := false
	for attempt := 1; ; attempt++ {
		t, err := g.admit(ctx, l)
		if err != nil {
			return err
		}
		err = g.inFlight(ctx, call)
		k := kindOf(err)
		l.limiter.done(t, k == kindThrottled)
		if err == nil {
			g.tally.add(g.account, g.region, op, 1, billed)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		g.tally.add(g.account, g.region, op, 1, 0)
		// The SDK measures the skew of the first refused call and corrects
		// the next: once is worth trying.
		retry := k == kindThrottled || k == kindTransient || (k == kindClock && !skewed)
		skewed = skewed || k == kindClock
		if !retry || attempt == attempts {
			f := &Failure{Operation: op.Action, Region: g.region, kind: k, err: err}
			g.refuse(op, f)
			return f
		}
		wait := min(maxBackoff, backoff<<(attempt-1))
		if err := sleep(ctx, g.jitter.between(wait/2, wait)); err != nil {
			return err
		}
	}
}

// refused returns the failure of an action that is known to be denied.
func (g *gate) refused(op *Operation) *Failure {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.denied[op.Action]
}

// refuse remembers a denied action: what it would have answered is missing
// either way, and a thousand refusals alarm an account's owner. Details of
// single functions may be denied one by one, so only actions that concern the
// whole region are remembered.
func (g *gate) refuse(op *Operation, f *Failure) {
	if f.kind != kindDenied || op.Single {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.denied[op.Action] = f
}

// admit waits until the lane's quota permits a call.
func (g *gate) admit(ctx context.Context, l *lane) (ticket, error) {
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ticket{}, ctx.Err()
	}
	defer func() { <-l.turn }()
	for {
		t, wait := l.limiter.take(g.clock())
		if wait <= 0 {
			return t, nil
		}
		if err := sleep(ctx, wait); err != nil {
			return ticket{}, err
		}
	}
}

// inFlight makes the call while holding one of the shared slots.
func (g *gate) inFlight(ctx context.Context, call func(context.Context) error) error {
	select {
	case g.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-g.slots }()
	return call(ctx)
}

// volumeFor returns the limit on points for a window that starts at from.
func (g *gate) volumeFor(from time.Time) *volume {
	if g.options.Now.Sub(from) <= 3*time.Hour {
		return g.recent
	}
	return g.older
}

// sleep waits for d or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
