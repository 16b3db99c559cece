package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// seriesSteps are the buckets a series is drawn in: what a person calls a
// step of time, and every one that CloudWatch keeps data at.
var seriesSteps = []time.Duration{
	time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second,
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour, 364 * 24 * time.Hour,
}

// Series returns what one function did in w, oldest first, in equal buckets
// as fine as its coarsest period there and maxPoints allow. At is a bucket's
// start; counts and milliseconds are the bucket's sums, percentiles its means
// weighted by invocations, MaxMs and Concurrency its maxima. What is not
// known is NaN, a bucket without any datum absent. An unknown key has none.
func (r *Reader) Series(ctx context.Context, key model.ResourceKey, w model.Window, maxPoints int) ([]model.SeriesPoint, error) {
	out, err := r.series(ctx, key, w, maxPoints)
	if err != nil {
		return nil, fmt.Errorf("reading the series of %s from %s: %w", key.Name, r.path, plain(err))
	}
	return out, nil
}

func (r *Reader) series(ctx context.Context, key model.ResourceKey, w model.Window, maxPoints int) ([]model.SeriesPoint, error) {
	if maxPoints < 1 || !w.From.Before(w.To) {
		return nil, nil
	}
	var ref Ref
	var period int64
	from, to := w.From.UTC(), w.To.UTC()
	err := r.db.QueryRowContext(ctx, question("series_lambda_period"), string(key.Account), string(key.Region), key.Service,
		string(key.ID), key.Name, from, to).Scan(&ref, &period)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	step := seriesStep(w, time.Duration(period)*time.Second, maxPoints)
	rows, err := r.db.QueryContext(ctx, question("series_lambda"), ref, from, to, int64(step/time.Second))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []model.SeriesPoint
	for rows.Next() {
		p, err := scanPoint(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

func scanPoint(rows *sql.Rows) (p model.SeriesPoint, err error) {
	var at int64
	to := []*float64{
		&p.Invocations, &p.Errors, &p.Throttles, &p.P50Ms, &p.P90Ms, &p.P99Ms, &p.MaxMs, &p.Concurrency, &p.ColdStarts, &p.DurationMs,
	}
	into, values := []any{&at}, make([]sql.NullFloat64, len(to))
	for i := range values {
		into = append(into, &values[i])
	}
	err = rows.Scan(into...)
	p.At = time.Unix(at, 0).UTC()
	for i, v := range values {
		*to[i] = math.NaN()
		if v.Valid {
			*to[i] = v.Float64
		}
	}
	return p, err
}

// seriesStep is the shortest step of a multiple of period of which maxPoints
// cover w, wherever w begins within a step.
func seriesStep(w model.Window, period time.Duration, maxPoints int) time.Duration {
	enough := func(step time.Duration) bool {
		from, last := w.From.Unix(), w.To.Add(-1).Unix()
		s := int64(step / time.Second)
		return floorDiv(last, s)-floorDiv(from, s) < int64(maxPoints)
	}
	period = max(period, time.Second)
	for _, step := range seriesSteps {
		if step%period == 0 && enough(step) {
			return step
		}
	}
	step := period
	for !enough(step) && step < math.MaxInt64/4 {
		step *= 2
	}
	return step
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
