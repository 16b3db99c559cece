package collect

import (
	"cmp"
	"math"
	"slices"
)

// lengths is how many states an execution of the machine enters: at least
// when it succeeds, usually, and at most (infinite without a bound).
func (m *aslMachine) lengths() (least, usual, most float64) {
	least, usual, most = m.shortest(), m.usual(m.StartAt, map[string]float64{}), m.longest(m.StartAt, map[string]float64{})
	return least, max(usual, least), max(most, least)
}

// measure finds what a state itself enters, with what is inside it.
func (s *aslState) measure() (least, usual, most float64) {
	if s.measured {
		return s.entered, s.usualEntered, s.mostEnter
	}
	least, usual, most = 1, 1, 1
	for _, body := range s.bodies() {
		l, u, m := body.lengths()
		least, usual, most = least+l, usual+u, most+m
	}
	switch {
	case s.Type == "Map":
		least, most = 1, math.Inf(1) // of no item, and of any number
	case len(s.Catch) > 0:
		least = 1 // caught before anything inside came to its end
	}
	attempts := 1.0
	for _, r := range s.Retry {
		if r.MaxAttempts == nil {
			attempts += 3 // the language's default
		} else {
			attempts += max(0, *r.MaxAttempts)
		}
	}
	s.measured, s.entered, s.usualEntered, s.mostEnter = true, least, usual, most*attempts
	return s.entered, s.usualEntered, s.mostEnter
}

// next lists the states that may follow one in success, and those after an
// error.
func (s *aslState) next() (after, caught []string) {
	if s.Next != "" && !s.End {
		after = append(after, s.Next)
	}
	for _, c := range s.Choices {
		after = append(after, c.Next)
	}
	if s.Default != "" {
		after = append(after, s.Default)
	}
	for _, c := range s.Catch {
		caught = append(caught, c.Next)
	}
	return after, caught
}

// shortest is the least that an execution enters from the start to an end in
// success; 1 if no end can be found. States are settled one at a time, the
// nearest first (Dijkstra).
func (m *aslMachine) shortest() float64 {
	type reached struct {
		name string
		far  float64 // entered on the way, the state itself included
	}
	// The farthest first: the nearest is taken from the end.
	farthest := func(a, b reached) int { return cmp.Or(cmp.Compare(b.far, a.far), cmp.Compare(b.name, a.name)) }
	var open []reached
	best := map[string]float64{}
	reach := func(name string, before float64) {
		s := m.States[name]
		if s == nil || s.Type == "Fail" {
			return
		}
		least, _, _ := s.measure()
		if far, known := best[name]; known && far <= before+least {
			return
		}
		best[name] = before + least
		r := reached{name, before + least}
		at, _ := slices.BinarySearchFunc(open, r, farthest)
		open = slices.Insert(open, at, r)
	}
	reach(m.StartAt, 0)
	for len(open) > 0 {
		r := open[len(open)-1]
		open = open[:len(open)-1]
		after, caught := m.States[r.name].next()
		if len(after) == 0 {
			return r.far
		}
		for _, n := range append(after, caught...) {
			reach(n, r.far)
		}
	}
	return 1
}

// usual is the mean length from a state on, every way out of a choice being
// as likely as the others. A state met again adds nothing.
func (m *aslMachine) usual(name string, done map[string]float64) float64 {
	if n, ok := done[name]; ok {
		return n
	}
	s := m.States[name]
	if s == nil {
		return 0
	}
	done[name] = 0
	_, own, _ := s.measure()
	after, _ := s.next()
	rest := 0.0
	for _, n := range after {
		rest += m.usual(n, done) / float64(len(after))
	}
	done[name] = own + rest
	return done[name]
}

// longest is the most that can be entered from a state on; infinite where a
// state can be met again.
func (m *aslMachine) longest(name string, done map[string]float64) float64 {
	if n, ok := done[name]; ok {
		return n
	}
	s := m.States[name]
	if s == nil {
		return 0
	}
	done[name] = math.Inf(1)
	_, _, own := s.measure()
	after, caught := s.next()
	rest := 0.0
	for _, n := range append(after, caught...) {
		rest = max(rest, m.longest(n, done))
	}
	done[name] = own + rest
	return done[name]
}
