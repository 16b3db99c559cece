package model

import (
	"encoding/json"
	"math"
)

// ResourceHours is what one function or other resource did hour by hour over
// a window, in CloudWatch's own names.
type ResourceHours struct {
	Key    ResourceKey
	App    string
	Config json.RawMessage
	// Columns by metric and statistic; see Column.
	Columns []HourColumn
}

// HourColumn is one statistic by the hour: sums are added up, maxima and
// minima kept, percentiles and averages averaged over the hour's periods.
// Values[i] is the hour that begins i hours after the window; NaN is absent.
type HourColumn struct {
	Metric, Stat string
	Values       []float64
}

// Column returns the values of a statistic, nil if it was not collected.
func (r *ResourceHours) Column(metric, stat string) []float64 {
	for i := range r.Columns {
		if c := &r.Columns[i]; c.Metric == metric && c.Stat == stat {
			return c.Values
		}
	}
	return nil
}

// At returns a statistic in an hour, NaN if it is absent.
func (r *ResourceHours) At(metric, stat string, hour int) float64 {
	values := r.Column(metric, stat)
	if hour < 0 || hour >= len(values) {
		return math.NaN()
	}
	return values[hour]
}
