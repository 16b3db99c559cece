package store

import (
	"context"
	"fmt"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// Regions lists the regions that anything billed was used in, sorted.
func (r *Reader) Regions(ctx context.Context) ([]unit.Region, error) {
	rows, err := r.db.QueryContext(ctx, "SELECT DISTINCT region FROM resource WHERE region <> '' ORDER BY region")
	if err != nil {
		return nil, fmt.Errorf("reading the regions of %s: %w", r.path, plain(err))
	}
	defer rows.Close()
	var out []unit.Region
	for rows.Next() {
		var region unit.Region
		if err := rows.Scan(&region); err != nil {
			return nil, fmt.Errorf("reading the regions of %s: %w", r.path, plain(err))
		}
		out = append(out, region)
	}
	return out, rows.Err()
}
