package imports

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// hashKey identifies a function of the Azure layout.
type hashKey struct{ owner, app, function string }

// profile is how long a traced function runs and what memory it needs. A
// negative number is not known.
type profile struct {
	key          hashKey
	app, trigger string
	meanMs       float64
	minMs, maxMs float64
	p50Ms, p99Ms float64
	memoryMB     float64 // the largest memory percentile
	durations    float64 // weight of meanMs where several days are read
}

var unknownProfile = profile{meanMs: -1, minMs: -1, maxMs: -1, p50Ms: -1, p99Ms: -1, memoryMB: -1}

// profiles are what the files beside a trace say of its functions.
type profiles struct {
	byName map[string]profile  // functions file
	byHash map[hashKey]profile // durations file
	memory map[hashKey]float64 // memory file, by owner and application
	read   []string            // the files, for messages
}

func newProfiles() profiles {
	return profiles{byName: map[string]profile{}, byHash: map[hashKey]profile{}, memory: map[hashKey]float64{}}
}

func known(v float64, ok bool) float64 {
	if !ok {
		return -1
	}
	return v
}

// addFunctions reads a functions file: a row a function, by name.
func (p *profiles) addFunctions(rows *table) error {
	p.read = append(p.read, rows.file)
	for rows.next() {
		name := rows.text("function")
		if name == "" {
			rows.refuse("function", "empty")
		}
		if _, again := p.byName[name]; again {
			rows.refuse("function", name+" is given twice")
		}
		f := unknownProfile
		f.app, f.trigger = rows.text("app"), rows.text("trigger")
		f.meanMs = known(rows.number("dur_avg_ms"))
		f.minMs = known(rows.number("dur_min_ms"))
		f.maxMs = known(rows.number("dur_max_ms"))
		f.p50Ms = known(rows.number("dur_p50"))
		f.p99Ms = known(rows.number("dur_p99"))
		f.memoryMB = rows.largest("mem_p")
		if rows.err != nil {
			return rows.err
		}
		p.byName[name] = f
	}
	return rows.err
}

// largest is the largest value of the columns with that prefix, -1 if none.
func (t *table) largest(prefix string) float64 {
	most := -1.0
	for name := range t.columns {
		if strings.HasPrefix(name, prefix) {
			most = max(most, known(t.number(name)))
		}
	}
	return most
}

// addDurations reads a function_durations_percentiles file. Means of several
// days are weighted by their counts; percentiles are kept from a single day
// only, because they cannot be merged.
func (p *profiles) addDurations(rows *table) error {
	p.read = append(p.read, rows.file)
	for rows.next() {
		key := hashKey{rows.text("HashOwner"), rows.text("HashApp"), rows.text("HashFunction")}
		count := max(1, known(rows.number("Count")))
		f := unknownProfile
		f.meanMs, f.durations = known(rows.number("Average")), count
		f.minMs = known(rows.number("Minimum"))
		f.maxMs = known(rows.number("Maximum"))
		f.p50Ms = known(rows.number("percentile_Average_50"))
		f.p99Ms = known(rows.number("percentile_Average_99"))
		if rows.err != nil {
			return rows.err
		}
		if old, ok := p.byHash[key]; ok {
			f = old.with(f)
		}
		p.byHash[key] = f
	}
	return rows.err
}

// with merges two days of one function.
func (p profile) with(q profile) profile {
	switch {
	case q.meanMs < 0:
		return p
	case p.meanMs < 0:
		return q
	}
	out := unknownProfile
	out.durations = p.durations + q.durations
	out.meanMs = (p.meanMs*p.durations + q.meanMs*q.durations) / out.durations
	if p.minMs >= 0 && q.minMs >= 0 {
		out.minMs = min(p.minMs, q.minMs)
	}
	if p.maxMs >= 0 && q.maxMs >= 0 {
		out.maxMs = max(p.maxMs, q.maxMs)
	}
	return out
}

// addMemory reads an app_memory_percentiles file; the largest day counts.
func (p *profiles) addMemory(rows *table) error {
	p.read = append(p.read, rows.file)
	for rows.next() {
		key := hashKey{owner: rows.text("HashOwner"), app: rows.text("HashApp")}
		most := rows.largest("AverageAllocatedMb_pct")
		if rows.err != nil {
			return rows.err
		}
		if old, ok := p.memory[key]; !ok || most > old {
			p.memory[key] = most
		}
	}
	return rows.err
}

// of returns what the files say of a function.
func (p *profiles) of(f *traced) profile {
	out, ok := p.byName[f.name]
	if !ok {
		if out, ok = p.byHash[f.profile.key]; !ok || f.profile.key == (hashKey{}) {
			out = unknownProfile
		}
	}
	out.key = f.profile.key
	if most, ok := p.memory[hashKey{owner: out.key.owner, app: out.key.app}]; ok && out.memoryMB < 0 {
		out.memoryMB = most
	}
	return out
}

// defaults are the flags that fill what no file says; zero: not given.
type defaults struct {
	duration time.Duration
	memory   unit.MiB
}

// Lambda's limits, used as bounds of what a trace may ask for.
const (
	leastMemory unit.MiB = 128
	mostMemory  unit.MiB = 10240
	memoryStep           = 64
	millisecond          = float64(time.Millisecond)
)

// complete gives every function its profile, its application and trigger, and
// the memory size it would be given: the largest percentile rounded up to a
// multiple of 64 MB, at least 128 MB.
func (w *workload) complete(d defaults) (map[*traced]unit.MiB, error) {
	sizes := make(map[*traced]unit.MiB, len(w.functions))
	for _, f := range w.functions {
		p := w.profiles.of(f)
		if p.meanMs < 0 {
			if d.duration <= 0 {
				return nil, w.missing(f, "dur_avg_ms", "--duration")
			}
			p.meanMs = float64(d.duration) / millisecond
		}
		size := d.memory
		if p.memoryMB >= 0 {
			size = max(leastMemory, unit.MiB(math.Ceil(p.memoryMB/memoryStep))*memoryStep)
		}
		switch {
		case size == 0:
			return nil, w.missing(f, "mem_p*", "--memory")
		case size > mostMemory:
			return nil, &InputError{File: strings.Join(w.profiles.read, ", "), Field: "mem_p*", Wrong: fmt.Sprintf("function %s needs %s, Lambda has at most %s", f.name, size, mostMemory)}
		}
		f.profile = p
		if p.app != "" {
			f.app = p.app
		}
		if p.trigger != "" {
			f.trigger = p.trigger
		}
		sizes[f] = size
	}
	return sizes, nil
}

// missing says which value of which function no file has, and which flag
// fills it.
func (w *workload) missing(f *traced, field, flag string) error {
	file := "the trace"
	if len(w.profiles.read) > 0 {
		file = strings.Join(w.profiles.read, ", ")
	}
	return &InputError{File: file, Field: field, Wrong: fmt.Sprintf("not known for function %s: give %s or a --functions file that has it", f.name, flag)}
}
