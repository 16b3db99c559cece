package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/shopspring/decimal"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// resource keeps one resource of a service but Lambda.
func (r *reading) resource(ref Ref, k model.ResourceKey, app, config string, deleted bool, first, last, valid time.Time, tags map[string]string) {
	if valid.Equal(first) {
		valid = time.Time{} // nobody told: it was first seen like that
	}
	r.resources[ref] = &model.ResourceInput{
		Key: k, App: app, Config: json.RawMessage(config), Tags: tags, Deleted: deleted,
		FirstSeen: first.UTC(), LastSeen: last.UTC(), ChangedAt: valid.UTC(),
	}
}

// metered reads what resources are billed for.
func (r *reading) metered() error {
	return r.each("metered_months", func(rows *sql.Rows) error {
		var ref Ref
		var inside bool
		var u model.MeteredUsage
		var likely, low, high duckdb.Decimal
		err := rows.Scan(&ref, &u.Month, &inside, &u.Offer, &u.Dimension, &u.Unit, &likely, &low, &high, &u.Basis)
		res := r.resources[ref]
		if err != nil || res == nil {
			return err
		}
		u.Month = u.Month.UTC()
		u.Quantity = model.Bounds{Low: quantityOf(low), Likely: quantityOf(likely), High: quantityOf(high)}
		res.Months = addMetered(res.Months, u)
		if inside {
			res.InWindow = append(res.InWindow, u)
		}
		return nil
	})
}

// meteredDays reads the same by day and service, for charts.
func (r *reading) meteredDays() error {
	return r.each("metered_days", func(rows *sql.Rows) error {
		var d model.MeteredDay
		var k model.ResourceKey
		var likely, low, high duckdb.Decimal
		if err := rows.Scan(&k.Account, &k.Region, &d.Service, &d.Day, &d.Offer, &d.Dimension, &likely, &low, &high); err != nil {
			return err
		}
		if !r.wanted(k) {
			return nil
		}
		d.Account, d.Region, d.Day = k.Account, k.Region, d.Day.UTC()
		d.Quantity = model.Bounds{Low: quantityOf(low), Likely: quantityOf(likely), High: quantityOf(high)}
		r.in.MeteredDays = append(r.in.MeteredDays, d)
		return nil
	})
}

// addMetered adds u to the entry of the same month and dimension.
func addMetered(list []model.MeteredUsage, u model.MeteredUsage) []model.MeteredUsage {
	for i := range list {
		o := &list[i]
		if o.Month.Equal(u.Month) && o.Offer == u.Offer && o.Dimension == u.Dimension {
			o.Quantity, o.Basis = o.Quantity.Add(u.Quantity), min(o.Basis, u.Basis)
			return list
		}
	}
	return append(list, u)
}

// quantityOf is DuckDB's decimal as a quantity, exactly.
func quantityOf(d duckdb.Decimal) unit.Quantity {
	v := d.Value
	if v == nil {
		v = new(big.Int)
	}
	q, err := unit.ParseQuantity(decimal.NewFromBigInt(v, -int32(d.Scale)).String())
	if err != nil {
		return unit.Quantity{} // a decimal's own String is a number
	}
	return q
}

// summaries reads, for every metric table but Lambda's, each statistic over
// the window.
func (r *reading) summaries() error {
	for _, t := range tables {
		if t.Service == lambdaService {
			continue
		}
		if err := r.summary(t); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	return nil
}

const lambdaService = "lambda"

func (r *reading) summary(t *MetricTable) error {
	columns := r.summed(t)
	if len(columns) == 0 {
		return nil
	}
	rows, err := r.q.QueryContext(r.ctx, t.summary(columns), r.req.Window.From.UTC(), r.req.Window.To.UTC())
	if err != nil {
		return err
	}
	defer rows.Close()
	const each = 8
	for rows.Next() {
		var ref Ref
		values := make([]any, 1, 1+each*len(columns))
		values[0] = &ref
		cells := make([]summaryCell, len(columns))
		for i := range cells {
			values = append(values, cells[i].into()...)
		}
		if err := rows.Scan(values...); err != nil {
			return err
		}
		res := r.resources[ref]
		if res == nil {
			continue
		}
		for i := range cells {
			res.Metrics = append(res.Metrics, cells[i].summary(&columns[i]))
		}
	}
	return rows.Err()
}

// summed are the columns of a table that the request asks for.
func (r *reading) summed(t *MetricTable) []MetricColumn {
	if r.req.Metrics {
		return t.Columns
	}
	var out []MetricColumn
	service, _ := model.ServiceNamed(t.Service)
	for _, c := range t.Columns {
		if c.Stat == "Sum" && slices.Contains(service.Work, c.Metric) {
			out = append(out, c)
		}
	}
	return out
}

// summary asks for each column's figures over the window, by resource.
func (t *MetricTable) summary(columns []MetricColumn) string {
	var b strings.Builder
	b.WriteString("SELECT resource")
	for _, c := range columns {
		// Floats are summed as decimals: their order is not fixed.
		sum := "CAST(sum(CAST(%[1]s AS DECIMAL(38, 6))) AS DOUBLE)"
		if c.Count {
			sum = "CAST(sum(%[1]s) AS DOUBLE)"
		}
		fmt.Fprintf(&b, ",\n  count(%[1]s), "+sum+", CAST(min(%[1]s) AS DOUBLE), CAST(max(%[1]s) AS DOUBLE), "+
			"CAST(arg_max(%[1]s, ts) AS DOUBLE), min(ts) FILTER (%[1]s IS NOT NULL), max(ts) FILTER (%[1]s IS NOT NULL), CAST(max(%[1]s / period_s) AS DOUBLE)", c.Name)
	}
	fmt.Fprintf(&b, "\nFROM %s WHERE ts >= $1 AND ts < $2 GROUP BY resource ORDER BY resource", t.Name)
	return b.String()
}

// summaryCell takes one column's figures.
type summaryCell struct {
	n                         int64
	sum, low, high, end, rate sql.NullFloat64
	first, last               sql.NullTime
}

func (c *summaryCell) into() []any {
	return []any{&c.n, &c.sum, &c.low, &c.high, &c.end, &c.first, &c.last, &c.rate}
}

func (c *summaryCell) summary(col *MetricColumn) model.MetricSummary {
	return model.MetricSummary{
		Metric: col.Metric, Stat: col.stat(), N: c.n,
		Sum: c.sum.Float64, Min: c.low.Float64, Max: c.high.Float64, Last: c.end.Float64, PerSecond: c.rate.Float64,
		FirstAt: c.first.Time.UTC(), LastAt: c.last.Time.UTC(),
	}
}

// edges reads what configurations say about connections: the key "edges" of
// every service's configuration.
func (r *reading) edges() error {
	rows, err := r.q.QueryContext(r.ctx, question("edges"))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k model.ResourceKey
		var text string
		if err := rows.Scan(&k.Account, &k.Region, &k.ID, &text); err != nil {
			return err
		}
		if !r.wanted(k) {
			continue
		}
		var list []model.Edge
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			return fmt.Errorf("edges of %s: %w", k.ID, err)
		}
		for _, e := range list {
			if e.From == "" {
				e.From = k.ID
			}
			if e.To == "" {
				e.To = k.ID
			}
			r.in.Edges = append(r.in.Edges, e)
		}
	}
	slices.SortFunc(r.in.Edges, model.CompareEdges)
	r.in.Edges = slices.Compact(r.in.Edges)
	return rows.Err()
}

// finishResources puts the resources into the answer, in order.
func (r *reading) finishResources() {
	for _, res := range r.resources {
		r.in.Resources = append(r.in.Resources, *res)
	}
	slices.SortFunc(r.in.Resources, func(a, b model.ResourceInput) int { return compareResources(a.Key, b.Key) })
}

// compareResources orders by account, region, service, name and ARN.
func compareResources(a, b model.ResourceKey) int {
	for _, c := range []int{
		cmpStrings(a.Account, b.Account), cmpStrings(a.Region, b.Region), cmpStrings(a.Service, b.Service),
		cmpStrings(a.Name, b.Name), cmpStrings(a.ID, b.ID),
	} {
		if c != 0 {
			return c
		}
	}
	return 0
}
