package collect

import (
	"math/rand/v2"
	"testing"
	"time"
)

// hiddenBucket is a server that accepts limit calls a second with some
// burst, and does not tell.
type hiddenBucket struct {
	limit, burst, tokens float64
	last                 time.Time
}

func (b *hiddenBucket) accept(now time.Time) bool {
	b.tokens = min(b.burst, b.tokens+now.Sub(b.last).Seconds()*b.limit)
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// answer is what comes back from the server at an instant.
type answer struct {
	at       time.Time
	t        ticket
	rejected bool
}

// drive lets workers call as fast as the limiter allows for the given virtual
// time and counts what the server saw after the first five seconds. A call
// reaches the server half a round trip after it is sent.
func drive(l *limiter, b *hiddenBucket, workers int, roundTrip, length time.Duration) (sent, rejected int) {
	start := time.Unix(1e9, 0)
	b.last = start
	var flying []answer // ascending: every round trip is alike
	for now := start; now.Sub(start) < length; {
		for len(flying) > 0 && !flying[0].at.After(now) {
			l.done(flying[0].t, flying[0].rejected)
			flying = flying[1:]
		}
		if len(flying) == workers {
			now = flying[0].at
			continue
		}
		t, wait := l.take(now)
		if wait > 0 {
			if next := now.Add(wait); len(flying) > 0 && flying[0].at.Before(next) {
				now = flying[0].at
			} else {
				now = next
			}
			continue
		}
		ok := b.accept(now.Add(roundTrip / 2))
		flying = append(flying, answer{now.Add(roundTrip), t, !ok})
		if now.Sub(start) > 5*time.Second {
			sent++
			if !ok {
				rejected++
			}
		}
	}
	return sent, rejected
}

// Under a limit of 3 to 50 calls a second that the client is not told, at
// most 2 % of the calls are rejected after the first 5 s and at least 70 % of
// the limit is used, over one minute and over five.
func TestLimiterFindsHiddenLimit(t *testing.T) {
	for _, length := range []time.Duration{time.Minute, 5 * time.Minute} {
		for seed := range uint64(60) {
			r := rand.New(rand.NewPCG(seed, 1))
			limit := 3 + 47*r.Float64()
			burst := []float64{1, limit / 2, limit, 2 * limit}[seed%4]
			roundTrip := []time.Duration{2, 20, 100}[seed%3] * time.Millisecond
			b := &hiddenBucket{limit: limit, burst: max(1, burst), tokens: max(1, burst)}
			sent, rejected := drive(newLimiter(50), b, 16, roundTrip, length)
			share := float64(rejected) / float64(max(1, sent))
			use := float64(sent-rejected) / ((length - 5*time.Second).Seconds() * limit)
			if share > 0.02 || use < 0.70 {
				t.Errorf("%v: limit %.1f/s burst %.0f round trip %v: %d sent, %.1f %% rejected, %.0f %% used",
					length, limit, b.burst, roundTrip, sent, 100*share, 100*use)
			}
		}
	}
}

func TestLimiterKeepsQuota(t *testing.T) {
	b := &hiddenBucket{limit: 1e9, burst: 1e9, tokens: 1e9}
	sent, _ := drive(newLimiter(50), b, 16, time.Millisecond, 65*time.Second)
	if got := float64(sent) / 60; got > 50.5 || got < 49 {
		t.Errorf("%.1f calls a second under a quota of 50", got)
	}
}

// A limiter that was pushed down climbs back when the server recovers.
func TestLimiterRecovers(t *testing.T) {
	l := newLimiter(50)
	drive(l, &hiddenBucket{limit: 5, burst: 5, tokens: 5}, 16, 20*time.Millisecond, time.Minute)
	if l.rate > 6 {
		t.Fatalf("rate is %.1f under a limit of 5", l.rate)
	}
	l.last = time.Time{}
	drive(l, &hiddenBucket{limit: 1e9, burst: 1e9, tokens: 1e9}, 16, 20*time.Millisecond, 5*time.Minute)
	if l.rate < 40 {
		t.Errorf("rate is %.1f five minutes after the limit went away", l.rate)
	}
}

func TestVolumeChargesAfterwards(t *testing.T) {
	now := time.Unix(1e9, 0)
	v := newVolume(180_000)
	if w := v.wait(now); w != 0 {
		t.Fatalf("a fresh bucket waits %v", w)
	}
	v.charge(180_000 + 90_000)
	if w := v.wait(now); w != 500*time.Millisecond {
		t.Errorf("waits %v for 90,000 points of debt, want 500ms", w)
	}
	if w := v.wait(now.Add(600 * time.Millisecond)); w != 0 {
		t.Errorf("still waits %v after the debt is paid", w)
	}
}
