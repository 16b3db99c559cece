// Package rightsize predicts how long a Lambda function runs at memory sizes
// that nobody has measured, and says which size is cheapest, fastest and a
// balance of both.
//
// A function waits for a part of its time and computes for the rest. Lambda
// gives m/1769 of a vCPU to a function of m MB (AWS Lambda Developer Guide,
// "Configure Lambda function memory"), so
//
//	d(m) = w + c / min(m/1769, k)^p
//
// with k the threads that the code can use, at most 6 (10,240 MB). The share
// of computing, k and p are not known; package rightsize keeps every
// plausible combination and weighs each by a prior and by how well it agrees
// with what was measured. The answer of all of them together is a point and an
// interval; see shape.go for the prior and where it comes from.
package rightsize

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// The sizes Lambda offers, in MB.
const (
	MinMemory unit.MiB = 128
	MaxMemory unit.MiB = 10240
)

// MaxDuration is the longest a Lambda invocation may run.
const MaxDuration = 15 * time.Minute

// Measurement is the mean duration of a function at one memory size.
type Measurement struct {
	Memory   unit.MiB
	Duration time.Duration
}

// CPUTime is the CPU time that an invocation takes, in time of a whole vCPU,
// as Lambda Insights measures it (cpu_total_time), at a size whose duration is
// measured too.
type CPUTime struct {
	Memory unit.MiB
	Time   time.Duration
}

// Evidence is what is known of one function.
type Evidence struct {
	// Measured has one mean duration a size, in any order.
	Measured []Measurement
	// CPU is used where only one size is measured; nil if unknown.
	CPU *CPUTime
	// PowerTuning tells that the sizes were measured side by side with the
	// same payload by AWS Lambda Power Tuning.
	PowerTuning bool
}

// Grade says how much evidence a prediction rests on.
type Grade string

// The grades of evidence, best first.
const (
	GradeA Grade = "A" // three sizes or more, or Power Tuning
	GradeB Grade = "B" // two sizes
	GradeC Grade = "C" // one size and its CPU time
	GradeD Grade = "D" // one size: bounds only
)

// Grade grades the evidence; an empty one is D.
func (e Evidence) Grade() Grade {
	switch n := len(e.Measured); {
	case n >= 3 || n == 2 && e.PowerTuning:
		return GradeA
	case n == 2:
		return GradeB
	case n == 1 && e.CPU != nil:
		return GradeC
	}
	return GradeD
}

// Sentence says in words what a prediction of the grade rests on.
func (e Evidence) Sentence() string {
	switch e.Grade() {
	case GradeA:
		how := fmt.Sprintf("%d measured sizes", len(e.Measured))
		if e.PowerTuning {
			how = fmt.Sprintf("%d sizes measured by Power Tuning", len(e.Measured))
		}
		return how + ": the sizes between them are known well, the others are extrapolated"
	case GradeB:
		return "two measured sizes: what waits and what computes is told apart, how many threads compute is not"
	case GradeC:
		return "one measured size and its CPU time: what waits and what computes is told apart once, not checked by a second size"
	}
	return "one measured size and no CPU time: nobody can tell how long other sizes take, only between which bounds"
}

// sorted checks the evidence and returns the measured sizes in ascending
// order. The error names the value and the range wanted.
func (e Evidence) sorted() ([]Measurement, error) {
	if len(e.Measured) == 0 {
		return nil, fmt.Errorf("no measured size: give at least one memory size with its duration")
	}
	list := slices.Clone(e.Measured)
	slices.SortFunc(list, func(a, b Measurement) int { return cmp.Compare(a.Memory, b.Memory) })
	for i, m := range list {
		switch {
		case m.Memory < MinMemory || m.Memory > MaxMemory:
			return nil, fmt.Errorf("memory size %d MB: Lambda has %d to %d MB", int64(m.Memory), int64(MinMemory), int64(MaxMemory))
		case m.Duration <= 0 || m.Duration > MaxDuration:
			return nil, fmt.Errorf("duration %s at %s: want more than 0, at most %s", m.Duration, m.Memory, MaxDuration)
		case i > 0 && list[i-1].Memory == m.Memory:
			return nil, fmt.Errorf("memory size %s is given twice: give one mean duration a size", m.Memory)
		}
	}
	return list, e.checkCPU(list)
}

func (e Evidence) checkCPU(list []Measurement) error {
	if e.CPU == nil {
		return nil
	}
	at := slices.IndexFunc(list, func(m Measurement) bool { return m.Memory == e.CPU.Memory })
	switch {
	case at < 0:
		return fmt.Errorf("CPU time at %s: no duration is measured at that size", e.CPU.Memory)
	case e.CPU.Time <= 0 || e.CPU.Time > maxThreads*list[at].Duration:
		return fmt.Errorf("CPU time %s at %s: want more than 0, at most %s, six vCPUs over the whole duration",
			e.CPU.Time, e.CPU.Memory, maxThreads*list[at].Duration)
	}
	return nil
}
