package store

import (
	"context"

	"github.com/breakeven-dev/breakeven/model"
)

// PutDecisions keeps what people decided about advice; a later decision takes
// the place of an earlier one, and one of model.AdviceNew removes it.
func (w *Writer) PutDecisions(ctx context.Context, list []model.Decision) error {
	return w.tx(ctx, "keeping what was decided about advice", func() error {
		for _, d := range list {
			if _, err := w.conn.ExecContext(ctx, "DELETE FROM advice_status WHERE id = ?", d.ID); err != nil {
				return err
			}
			if d.Status == model.AdviceNew {
				continue
			}
			if _, err := w.conn.ExecContext(ctx, "INSERT INTO advice_status VALUES (?, ?, ?, ?)", d.ID, string(d.Status), d.Reason, d.At.UTC()); err != nil {
				return err
			}
		}
		return nil
	})
}

// decisions reads what was decided about advice.
func (r *reading) decisions() error {
	rows, err := r.q.QueryContext(r.ctx, question("advice_status"))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var d model.Decision
		if err := rows.Scan(&d.ID, &d.Status, &d.Reason, &d.At); err != nil {
			return err
		}
		d.At = d.At.UTC()
		r.in.Decisions = append(r.in.Decisions, d)
	}
	return rows.Err()
}
