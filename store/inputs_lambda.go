package store

import (
	"database/sql"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

func (r *reading) signals() error {
	seconds := r.req.Window.To.Sub(r.req.Window.From).Seconds()
	return r.each("lambda_signals", func(rows *sql.Rows) error {
		var ref Ref
		var s model.Signals
		var l model.Load
		var last sql.NullTime
		var used, durationMs float64
		var periodS, urls int64
		err := rows.Scan(&ref, &s.Invocations, &s.Errors, &s.Throttles, &s.DeadLetterErrors, &s.MeanMs, &s.MinMs, &s.MaxMs,
			&s.P50Ms, &s.P90Ms, &s.P95Ms, &s.P99Ms, &s.MaxIteratorAgeMs, &last, &used,
			&l.PeakPerSecond, &l.PeakAt, &periodS, &l.MaxConcurrency, &urls, &durationMs, &l.OfferedPeak)
		f := r.byRef[ref]
		if err != nil || f == nil {
			return err
		}
		if last.Valid {
			s.LastInvoked = last.Time.UTC()
		}
		if used > 0 { // Lambda Insights tells where REPORT lines do not
			s.MaxMemoryUsed, s.MemoryKnown = unit.MiB(used+0.999), true
		}
		l.PeakPeriod, l.PeakAt = time.Duration(periodS)*time.Second, l.PeakAt.UTC()
		if seconds > 0 {
			l.MeanPerSecond = float64(s.Invocations) / seconds
			l.OfferedMean = durationMs / 1000 / seconds
		}
		l.RequestDriven = urls > 0
		f.Signals, f.Load = s, l
		return nil
	})
}

// rareSignals adds what few functions have, from the metrics as collected.
func (r *reading) rareSignals() error {
	return r.each("lambda_rare_signals", func(rows *sql.Rows) error {
		var ref Ref
		var s model.Signals
		err := rows.Scan(&ref, &s.CPUMs, &s.CPUSamples, &s.AsyncEvents, &s.ProvisionedSpillover, &s.ProvisionedUsedMax)
		f := r.byRef[ref]
		if err != nil || f == nil {
			return err
		}
		f.Signals.CPUMs, f.Signals.CPUSamples, f.Signals.AsyncEvents = s.CPUMs, s.CPUSamples, s.AsyncEvents
		f.Signals.ProvisionedSpillover, f.Signals.ProvisionedUsedMax = s.ProvisionedSpillover, s.ProvisionedUsedMax
		return nil
	})
}

func (r *reading) coldStarts() error {
	err := r.each("lambda_cold_starts", func(rows *sql.Rows) error {
		var ref Ref
		var c model.ColdStarts
		var timeouts, memory int64
		err := rows.Scan(&ref, &c.Reports, &c.Count, &c.InitSumMs, &c.InitMaxMs, &c.BilledMs, &c.Restores, &c.RestoreMs, &timeouts, &memory)
		f := r.byRef[ref]
		if err != nil || f == nil {
			return err
		}
		c.Known = true
		f.Cold = c
		f.Signals.Timeouts, f.Signals.TimeoutsKnown = timeouts, true
		if memory > 0 {
			f.Signals.MaxMemoryUsed, f.Signals.MemoryKnown = max(f.Signals.MaxMemoryUsed, unit.MiB(memory)), true
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.each("lambda_init_percentiles", func(rows *sql.Rows) error {
		var ref Ref
		var p50, p99 float64
		if err := rows.Scan(&ref, &p50, &p99); err != nil {
			return err
		}
		if f := r.byRef[ref]; f != nil {
			f.Cold.InitP50Ms, f.Cold.InitP99Ms = p50, p99
		}
		return nil
	})
}

func (r *reading) profiles() error {
	return r.each("lambda_profile", func(rows *sql.Rows) error {
		var ref Ref
		var slot int
		var load float64
		if err := rows.Scan(&ref, &slot, &load); err != nil {
			return err
		}
		if f := r.byRef[ref]; f != nil {
			f.Load.HourOfWeek[slot] = load
		}
		return nil
	})
}

func (r *reading) days() error {
	return r.each("lambda_days", func(rows *sql.Rows) error {
		var ref Ref
		var d model.DayPoint
		if err := rows.Scan(&ref, &d.Day, &d.Invocations, &d.Errors, &d.DurationMs); err != nil {
			return err
		}
		if f := r.byRef[ref]; f != nil {
			d.Day = d.Day.UTC()
			f.Daily = append(f.Daily, d)
		}
		return nil
	})
}

// hours adds up the account's hours; an hour without data is there too, as an
// hour in which nothing ran, unless a gap covers it.
func (r *reading) hours() error {
	at := map[time.Time]*model.HourPoint{}
	w := r.req.Window
	for t := w.From.UTC().Truncate(time.Hour); t.Before(w.To); t = t.Add(time.Hour) {
		r.in.Hours = append(r.in.Hours, model.HourPoint{At: t})
	}
	for i := range r.in.Hours {
		at[r.in.Hours[i].At] = &r.in.Hours[i]
	}
	return r.each("lambda_account_hours", func(rows *sql.Rows) error {
		var h model.HourPoint
		var k model.ResourceKey
		if err := rows.Scan(&h.At, &k.Account, &k.Region, &h.Invocations, &h.Errors, &h.Throttles, &h.DurationMs, &h.ColdStarts); err != nil {
			return err
		}
		p := at[h.At.UTC()]
		if p == nil || !r.wanted(k) {
			return nil
		}
		p.Invocations += h.Invocations
		p.Errors += h.Errors
		p.Throttles += h.Throttles
		p.DurationMs += h.DurationMs
		p.ColdStarts += h.ColdStarts
		return nil
	})
}

func (r *reading) gaps() error {
	return r.each("gaps", func(rows *sql.Rows) error {
		var g model.Gap
		if err := rows.Scan(&g.Account, &g.Region, &g.Service, &g.Resource, &g.Metric, &g.From, &g.To, &g.Reason); err != nil {
			return err
		}
		g.From, g.To = g.From.UTC(), g.To.UTC()
		if r.wanted(model.ResourceKey{Account: g.Account, Region: g.Region}) {
			r.in.Gaps = append(r.in.Gaps, g)
		}
		return nil
	})
}

func (r *reading) calls() error {
	var cost string
	err := r.q.QueryRowContext(r.ctx, question("calls")).Scan(&r.in.Calls.Requests, &r.in.Calls.BilledUnits, &cost)
	if err != nil {
		return err
	}
	r.in.Calls.Cost, err = unit.ParseUSD(cost)
	return err
}

func (r *reading) sources() error {
	rows, err := r.q.QueryContext(r.ctx, question("sources"))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		r.in.Sources = append(r.in.Sources, name)
	}
	return rows.Err()
}

// finish concludes what several questions told about a function.
func (r *reading) finish(f *model.FunctionInput) {
	missing := func(from, to time.Time) bool {
		return slices.ContainsFunc(r.in.Gaps, func(g model.Gap) bool {
			return g.Metric != model.MetricReport && g.Account == f.Key.Account && g.Region == f.Key.Region &&
				(g.Resource == f.Key.ID || g.Resource == "") && g.From.Before(to) && from.Before(g.To)
		})
	}
	f.Daily = fillDays(f.Daily, r.req.Window, missing)
	if f.Config.Memory == 0 && len(f.Months) > 0 {
		// A function that only its logs remember: they tell its size.
		f.Config.Memory = f.Months[len(f.Months)-1].Memory
	}
	if f.Cold.Known {
		return
	}
	f.Cold.Reason = "no REPORT line was collected"
	for _, g := range r.in.Gaps {
		if g.Resource == f.Key.ID && g.Metric == model.MetricReport {
			f.Cold.Reason = g.Reason
		}
	}
	if f.Signals.Invocations == 0 {
		f.Cold.Reason = "not invoked"
	}
}

// fillDays puts in the days on which nothing ran, and marks those that a gap
// touches.
func fillDays(list []model.DayPoint, w model.Window, missing func(from, to time.Time) bool) []model.DayPoint {
	var out []model.DayPoint
	next := 0
	for day := w.From.UTC().Truncate(24 * time.Hour); day.Before(w.To); day = day.Add(24 * time.Hour) {
		d := model.DayPoint{Day: day}
		if next < len(list) && list[next].Day.Equal(day) {
			d = list[next]
			next++
		}
		d.Missing = missing(day, day.Add(24*time.Hour))
		out = append(out, d)
	}
	return out
}

// coverage is the share of the window's data that is there.
func (r *reading) coverage() {
	var invocations, reports int64
	var lost float64
	w := r.req.Window
	for i := range r.in.Functions {
		f := &r.in.Functions[i]
		invocations += f.Signals.Invocations
		reports += min(f.Cold.Reports, f.Signals.Invocations)
		if f.Signals.Invocations == 0 {
			invocations += f.Cold.Reports
			reports += f.Cold.Reports
		}
	}
	for _, g := range r.in.Gaps {
		if g.Metric == model.MetricReport {
			continue
		}
		part := float64(earlierOf(g.To, w.To).Sub(laterOf(g.From, w.From))) / float64(w.To.Sub(w.From))
		n := float64(max(len(r.in.Functions), 1))
		if g.Resource == "" {
			part *= n
		}
		lost += part / n
	}
	r.in.Coverage = model.Coverage{Metrics: max(0, 1-lost), Reports: 1}
	if invocations > 0 {
		r.in.Coverage.Reports = float64(reports) / float64(invocations)
	}
	for i := range r.in.Hours {
		h := &r.in.Hours[i]
		h.Missing = slices.ContainsFunc(r.in.Gaps, func(g model.Gap) bool {
			return g.Metric != model.MetricReport && g.Resource == "" && g.From.Before(h.At.Add(time.Hour)) && h.At.Before(g.To)
		})
	}
}

func earlierOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
