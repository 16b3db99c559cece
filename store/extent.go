package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
)

// Extent is the time from the first to the last hour with anything to bill;
// false if there is none. Views whose window nobody chose end there, so that
// an imported trace of another year shows.
func (r *Reader) Extent(ctx context.Context) (model.Window, bool, error) {
	var from, to sql.NullTime
	err := r.db.QueryRowContext(ctx, extentQuery()).Scan(&from, &to)
	if err != nil {
		return model.Window{}, false, fmt.Errorf("reading the extent of %s: %w", r.path, plain(err))
	}
	return model.Window{From: from.Time.UTC(), To: to.Time.UTC()}, from.Valid && to.Valid, nil
}
