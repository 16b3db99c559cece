package collect

import (
	"math"
	"sync"
	"time"
)

// limiter is an adaptive token bucket for one kind of call to one account and
// region. It starts at the quota and, when AWS rejects, finds the true limit
// by additive increase and multiplicative decrease.
//
// A rejection costs a round trip and, on some accounts, an alarm, so the
// limiter is gentle where TCP is not: having found the limit it steps back
// a fifth and climbs so slowly that about one call in a hundred touches
// the ceiling. While searching (soon after the start, or when the limit moved
// far) it takes big steps in both directions.
//
// All methods take the time; the limiter owns no clock.
type limiter struct {
	mu sync.Mutex

	max  float64 // calls a second that are never exceeded: the quota
	min  float64 // never slower than this, whatever AWS says
	rate float64 // the present belief, min..max

	tokens float64
	burst  float64
	last   time.Time

	ceiling   float64 // the rate at the last decrease: the limit is not far below
	searching bool
	epoch     int // counts decreases; a rejection of an older epoch is no news
	successes int // since the last decrease
	streak    int // rejections in close succession
}

const (
	searchDecrease = 0.5    // a step down while the limit is unknown
	foundDecrease  = 0.65   // the step back at the end of a search
	holdDecrease   = 0.85   // a step back from a limit found
	searchIncrease = 0.01   // for each success on the way up to an unknown limit
	holdIncrease   = 0.0005 // for each success just below a known limit
	// regainIncrease is for each success below regainShare of the ceiling: a
	// server without a burst was found with no overshoot, and foundDecrease
	// went below what the limit leaves free.
	regainIncrease = 0.005
	regainShare    = 0.76
	// restlessAfter successes without a rejection the limit may have been
	// raised, and the climb becomes ten times steeper.
	restlessAfter = 1000
	// minShare of the quota is the slowest rate: random rejections that have
	// nothing to do with the rate would else stop a collection for good.
	minShare = 1.0 / 20
	// minRate, or half the quota if that is less, is never undercut either:
	// a twentieth of a small quota would be a call in four seconds.
	minRate = 2.5
)

// newLimiter returns a limiter for a quota in calls a second.
func newLimiter(quota float64) *limiter {
	slowest := math.Max(quota*minShare, math.Min(quota/2, minRate))
	return &limiter{max: quota, min: slowest, rate: quota, burst: math.Max(1, quota/10), tokens: math.Max(1, quota/10)}
}

// ticket is the permission for one call; done needs it back.
type ticket struct{ epoch int }

// take permits one call, or says how long to wait before asking again. One
// caller waits at a time (see gate): permissions handed out ahead would keep
// a pace that a rejection has just proved too fast.
func (l *limiter) take(now time.Time) (ticket, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refill(now)
	if l.tokens < 1 {
		return ticket{}, time.Duration((1-l.tokens)/l.rate*float64(time.Second)) + 1
	}
	l.tokens--
	return ticket{epoch: l.epoch}, 0
}

func (l *limiter) refill(now time.Time) {
	if l.last.IsZero() {
		l.last = now
	}
	if dt := now.Sub(l.last).Seconds(); dt > 0 {
		l.tokens = math.Min(l.burst, l.tokens+dt*l.rate)
		l.last = now
	}
}

// done learns from the outcome of the call that t permitted.
func (l *limiter) done(t ticket, throttled bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !throttled {
		l.succeed()
		return
	}
	if t.epoch != l.epoch {
		return // sent before the last decrease, which answered it already
	}
	l.epoch++
	l.ceiling = l.rate
	l.rate = math.Max(l.min, l.rate*l.stepDown())
	l.successes = 0
	// What was saved up belongs to the old belief.
	l.burst = 1
	l.tokens = math.Min(l.tokens, 0)
}

// stepDown chooses the factor that answers a rejection, and the mood after it.
func (l *limiter) stepDown() float64 {
	if l.successes < 10 {
		l.streak++
	} else {
		l.streak = 0
	}
	switch {
	case l.epoch == 1 || l.streak > 1:
		// Rejections close together: the limit is far below.
		l.searching = true
		return searchDecrease
	case l.searching:
		// The climb found the limit, and went past it while the server's
		// bucket drained.
		l.searching = false
		return foundDecrease
	}
	return holdDecrease
}

func (l *limiter) succeed() {
	l.successes++
	if l.epoch == 0 {
		return // never rejected: the quota itself
	}
	grow := holdIncrease
	switch {
	case l.searching:
		grow = searchIncrease
	case l.rate < regainShare*l.ceiling:
		grow = regainIncrease
	case l.successes > restlessAfter:
		grow = 10 * holdIncrease
	}
	l.rate = math.Min(l.max, l.rate*(1+grow))
}

// volume limits an amount that is known only after the call, such as data
// points: each answer is charged when it comes, and the next call waits until
// the debt is paid.
type volume struct {
	mu    sync.Mutex
	rate  float64 // units a second
	level float64 // negative: debt
	last  time.Time
}

func newVolume(perSecond float64) *volume {
	return &volume{rate: perSecond, level: perSecond}
}

// wait returns how long a call must be held back at now.
func (v *volume) wait(now time.Time) time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.last.IsZero() {
		v.last = now
	}
	if dt := now.Sub(v.last).Seconds(); dt > 0 {
		v.level = math.Min(v.rate, v.level+dt*v.rate)
		v.last = now
	}
	if v.level >= 0 {
		return 0
	}
	return time.Duration(-v.level / v.rate * float64(time.Second))
}

// charge takes n units that an answer brought.
func (v *volume) charge(n int) {
	v.mu.Lock()
	v.level -= float64(n)
	v.mu.Unlock()
}
