package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// recent reads what every resource did lately, hour by hour, ordered by
// account, region, service and name. A resource without any datum has no
// columns; deleted ones are left out.
func (r *reading) recent() (err error) {
	w := r.req.Window
	if r.req.Recent <= 0 {
		return nil
	}
	w.From = laterOf(w.From, w.To.Add(-r.req.Recent)).Truncate(time.Hour)
	req := r.req
	req.Window = w
	r.in.RecentWindow = w
	r.in.Recent, err = readHours(r.ctx, r.q, req)
	return err
}

func readHours(ctx context.Context, q querier, req InputsRequest) ([]model.ResourceHours, error) {
	byRef, err := liveResources(ctx, q, req)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		if err := t.hours(ctx, q, req.Window, byRef); err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	out := make([]model.ResourceHours, 0, len(byRef))
	for _, h := range byRef {
		out = append(out, *h)
	}
	slices.SortFunc(out, func(a, b model.ResourceHours) int { return compareResources(a.Key, b.Key) })
	return out, nil
}

func liveResources(ctx context.Context, q querier, req InputsRequest) (map[Ref]*model.ResourceHours, error) {
	rows, err := q.QueryContext(ctx, question("resources"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	r := &reading{req: req}
	out := map[Ref]*model.ResourceHours{}
	for rows.Next() {
		var ref Ref
		h := &model.ResourceHours{}
		var tags, origin, config string
		var deleted bool
		var first, last, valid time.Time
		err := rows.Scan(&ref, &h.Key.Account, &h.Key.Region, &h.Key.Service, &h.Key.ID, &h.Key.Name, &h.App,
			&tags, &origin, &deleted, &first, &last, &config, &valid)
		if err != nil {
			return nil, err
		}
		if h.Key.ID != "" && !deleted && r.wanted(h.Key) {
			h.Config = json.RawMessage(config)
			out[ref] = h
		}
	}
	return out, rows.Err()
}

// hours adds one table's columns to the resources.
func (t *MetricTable) hours(ctx context.Context, q querier, w model.Window, byRef map[Ref]*model.ResourceHours) error {
	rows, err := q.QueryContext(ctx, t.hourly(), w.From.UTC(), w.To.UTC())
	if err != nil {
		return err
	}
	defer rows.Close()
	slots := int(w.To.Sub(w.From) / time.Hour)
	first := map[Ref]int{} // where the table's columns begin
	for rows.Next() {
		var ref Ref
		var slot int
		cells := make([]sql.NullFloat64, len(t.Columns))
		into := []any{&ref, &slot}
		for i := range cells {
			into = append(into, &cells[i])
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		h := byRef[ref]
		if h == nil || slot < 0 || slot >= slots {
			continue
		}
		at, seen := first[ref]
		if !seen {
			at = len(h.Columns)
			first[ref] = at
			h.Columns = append(h.Columns, t.blank(slots)...)
		}
		for i, c := range cells {
			if c.Valid {
				h.Columns[at+i].Values[slot] = c.Float64
			}
		}
	}
	return rows.Err()
}

// blank are the table's columns without any datum.
func (t *MetricTable) blank(slots int) []model.HourColumn {
	out := make([]model.HourColumn, len(t.Columns))
	for i := range out {
		values := make([]float64, slots)
		for j := range values {
			values[j] = math.NaN()
		}
		out[i] = model.HourColumn{Metric: t.Columns[i].Metric, Stat: t.Columns[i].stat(), Values: values}
	}
	return out
}

// hourly asks for each column by the hour.
func (t *MetricTable) hourly() string {
	var b strings.Builder
	b.WriteString("SELECT resource, CAST((epoch(date_trunc('hour', ts)) - epoch(CAST($1 AS TIMESTAMP))) // 3600 AS INTEGER) AS slot")
	for _, c := range t.Columns {
		b.WriteString(",\n  " + c.perHour())
	}
	fmt.Fprintf(&b, "\nFROM %s WHERE ts >= $1 AND ts < $2 GROUP BY resource, slot ORDER BY resource, slot", t.Name)
	return b.String()
}

// perHour is how a statistic's periods become an hour. Floats are summed as
// decimals: their order is not fixed.
func (c MetricColumn) perHour() string {
	switch c.Stat {
	case "Sum", "SampleCount":
		return "CAST(sum(CAST(" + c.Name + " AS DECIMAL(38, 6))) AS DOUBLE)"
	case "Maximum":
		return "CAST(max(" + c.Name + ") AS DOUBLE)"
	case "Minimum":
		return "CAST(min(" + c.Name + ") AS DOUBLE)"
	}
	return "CAST(sum(CAST(" + c.Name + " AS DECIMAL(38, 6))) AS DOUBLE) / count(" + c.Name + ")"
}
