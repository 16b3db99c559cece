package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Completeness compares what CloudWatch counted for a region as a whole with
// the sum over its functions, for one metric. Where nothing differs, no
// function and no hour is missing.
type Completeness struct {
	Account unit.AccountID
	Region  unit.Region
	Metric  string // CloudWatch's: "Invocations"
	// Hours is how many hours were compared, Differing in how many of them
	// the sums differ; these lie within Differs, zero if there are none.
	Hours, Differing int64
	Differs          model.Window
	// Total is the region's own sum over all hours, Sum the functions'. In
	// milliseconds for Duration.
	Total, Sum float64
}

// Completeness compares sums over functions with the regions' own metrics in
// w. A region whose own metrics were not collected is absent.
func (r *Reader) Completeness(ctx context.Context, w model.Window) ([]Completeness, error) {
	out, err := completeness(ctx, r.db, w)
	if err != nil {
		return nil, fmt.Errorf("comparing sums in %s: %w", r.path, plain(err))
	}
	return out, nil
}

func completeness(ctx context.Context, q querier, w model.Window) ([]Completeness, error) {
	rows, err := q.QueryContext(ctx, question("completeness_lambda"), w.From.UTC(), w.To.UTC())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Completeness
	for rows.Next() {
		var c Completeness
		var from, to sql.NullTime
		if err := rows.Scan(&c.Account, &c.Region, &c.Metric, &c.Hours, &c.Total, &c.Sum, &c.Differing, &from, &to); err != nil {
			return nil, err
		}
		if from.Valid {
			c.Differs = model.Window{From: from.Time.UTC(), To: to.Time.UTC()}
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// Gaps lists all data that should be there and is not, the latest first.
func (r *Reader) Gaps(ctx context.Context) ([]model.Gap, error) {
	rows, err := r.db.QueryContext(ctx, "SELECT account_id, region, service, resource_id, metric, from_ts, to_ts, reason FROM gaps ORDER BY to_ts DESC, account_id, region, service, resource_id, metric, from_ts")
	if err != nil {
		return nil, fmt.Errorf("reading the gaps of %s: %w", r.path, plain(err))
	}
	defer rows.Close()
	var out []model.Gap
	for rows.Next() {
		var g model.Gap
		if err := rows.Scan(&g.Account, &g.Region, &g.Service, &g.Resource, &g.Metric, &g.From, &g.To, &g.Reason); err != nil {
			return nil, fmt.Errorf("reading the gaps of %s: %w", r.path, plain(err))
		}
		g.From, g.To = g.From.UTC(), g.To.UTC()
		out = append(out, g)
	}
	return out, rows.Err()
}

// SchemaVersion is the schema that this program writes and reads.
func SchemaVersion() int { return len(migrations()) }
