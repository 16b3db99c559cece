package capacity

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactC is Erlang C in rational arithmetic: the textbook sum.
func exactC(servers int, load *big.Rat) float64 {
	term, sum := big.NewRat(1, 1), big.NewRat(0, 1)
	for k := range servers {
		sum.Add(sum, term)
		term.Mul(term, load).Mul(term, big.NewRat(1, int64(k+1)))
	}
	c := new(big.Rat).SetInt64(int64(servers))
	last := term.Mul(term, c).Mul(term, new(big.Rat).Inv(new(big.Rat).Sub(c, load)))
	f, _ := new(big.Rat).Quo(last, new(big.Rat).Add(sum, last)).Float64()
	return f
}

func relative(got, want float64) float64 { return math.Abs(got-want) / math.Abs(want) }

func TestErlangCKnownValues(t *testing.T) {
	// Closed forms: C(1, ρ) = ρ; the others by the textbook sum, to the digits
	// that tables print (Cooper, Introduction to Queueing Theory).
	for _, c := range []struct {
		servers    int
		load, want float64
		tolerance  float64
	}{
		{1, 0.25, 0.25, 1e-15},
		{1, 0.9, 0.9, 1e-15},
		{2, 1, 1.0 / 3, 1e-15},
		{3, 2, 4.0 / 9, 1e-15},
		{4, 3, 27.0 / 53, 1e-15},
		{10, 6, 0.10130, 5e-5},
		{25, 20, 0.20910, 5e-5},
	} {
		if got := ErlangC(c.servers, c.load); relative(got, c.want) > c.tolerance {
			t.Errorf("C(%d, %v) = %v, want %v", c.servers, c.load, got, c.want)
		}
	}
}

func TestErlangCAgainstRationals(t *testing.T) {
	for _, c := range []struct {
		servers  int
		num, den int64
	}{
		{1, 99, 100},
		{2, 1, 1000},
		{10, 6, 1},
		{25, 20, 1},
		{100, 95, 1},
		{100, 9999, 100},
		{500, 450, 1},
		{1000, 900, 1},
		{1000, 999, 1},
		{1000, 999999, 1000},
		{1000, 100, 1},
	} {
		want := exactC(c.servers, big.NewRat(c.num, c.den))
		got := ErlangC(c.servers, float64(c.num)/float64(c.den))
		// 999.999 is not a float; its neighbour's C differs by more than the
		// arithmetic does, so that case is held to the input's own error.
		tolerance := 1e-12
		if c.den != 1 {
			tolerance = 1e-10
		}
		if relative(got, want) > tolerance {
			t.Errorf("C(%d, %d/%d) = %v, want %v", c.servers, c.num, c.den, got, want)
		}
	}
}

func TestErlangProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		servers, share := 1+r.IntN(1000), 0.001+0.998*r.Float64()
		load := share * float64(servers)
		b, c := ErlangB(servers, load), ErlangC(servers, load)
		if !(b >= 0 && b <= c && c <= 1) {
			t.Fatalf("servers %d load %v: B %v C %v", servers, load, b, c)
		}
		if more := ErlangC(servers+1, load); more > c {
			t.Fatalf("a server more makes waiting likelier: %d, %v", servers, load)
		}
		if more := ErlangC(servers, load*1.0005); more < c {
			t.Fatalf("more load makes waiting rarer: %d, %v", servers, load)
		}
		wait, ok := MeanWait(servers, load)
		if !ok || relative(wait*(float64(servers)-load)+1, c+1) > 1e-12 {
			t.Fatalf("mean wait %v of C %v", wait, c)
		}
		if WaitExceeds(servers, load, 0) != c || WaitExceeds(servers, load, 1) > c {
			t.Fatalf("tail of %d, %v", servers, load)
		}
	}
}

func TestSaturation(t *testing.T) {
	for _, load := range []float64{2, 2.5, 1e9} {
		if ErlangC(2, load) != 1 || WaitExceeds(2, load, 3) != 1 {
			t.Errorf("load %v on 2 servers: some do not wait", load)
		}
		if _, ok := MeanWait(2, load); ok {
			t.Errorf("load %v on 2 servers has a mean wait", load)
		}
	}
	if ErlangC(3, 0) != 0 || ErlangB(0, 1) != 1 || ErlangB(0, 0) != 1 {
		t.Error("limits of no load and no servers")
	}
}

func TestServersForIsLeast(t *testing.T) {
	for _, c := range []struct{ load, t, p float64 }{{0.1, 0, 0.01}, {6, 0, 0.1014}, {20, 0.5, 0.01}, {300, 1, 0.001}, {999.5, 0, 0.5}} {
		n := ServersFor(c.load, c.t, c.p)
		if WaitExceeds(n, c.load, c.t) > c.p {
			t.Errorf("%+v: %d servers are too few", c, n)
		}
		if n > 1 && WaitExceeds(n-1, c.load, c.t) <= c.p {
			t.Errorf("%+v: %d servers would do", c, n-1)
		}
	}
	if n := ServersFor(6, 0, 0.1014); n != 10 {
		t.Errorf("C(10, 6) = 0.1013, so 10 servers, not %d", n)
	}
}

func BenchmarkErlangC1000(b *testing.B) {
	for b.Loop() {
		ErlangC(1000, 950)
	}
}
