package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
)

// NamedFunction is a function and its newest configuration.
type NamedFunction struct {
	Key    model.ResourceKey
	Config model.FunctionConfig
}

// FunctionsNamed returns the functions of that name or ARN, one for each
// account and region that has it.
func (r *Reader) FunctionsNamed(ctx context.Context, name string) ([]NamedFunction, error) {
	out, err := r.functionsNamed(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("reading the functions of %s: %w", r.path, plain(err))
	}
	return out, nil
}

func (r *Reader) functionsNamed(ctx context.Context, name string) ([]NamedFunction, error) {
	rows, err := r.db.QueryContext(ctx, question("functions_named"), name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []NamedFunction
	for rows.Next() {
		var f NamedFunction
		var config string
		if err := rows.Scan(&f.Key.Account, &f.Key.Region, &f.Key.Service, &f.Key.ID, &f.Key.Name, &config); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(config), &f.Config); err != nil {
			return nil, fmt.Errorf("configuration of %s: %w", f.Key.ID, err)
		}
		out = append(out, f)
	}
	return out, rows.Err()
}
