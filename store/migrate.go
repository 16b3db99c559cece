package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

//go:embed sql/*.sql
var sqlFiles embed.FS

// question returns the SQL of sql/NAME.sql.
func question(name string) string {
	b, err := sqlFiles.ReadFile("sql/" + name + ".sql")
	if err != nil {
		panic("store: no sql/" + name + ".sql was embedded") // a misspelt constant of this package
	}
	return string(b)
}

// migrations lists the numbered migration files in order.
func migrations() []string {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		panic("store: malformed pattern of migrations: " + err.Error())
	}
	slices.Sort(names)
	return names
}

// viewFiles are created anew by every writer, in this order: later ones use
// earlier ones.
func viewFiles() []string {
	names, err := fs.Glob(sqlFiles, "sql/view_*.sql")
	if err != nil {
		panic("store: malformed pattern of views: " + err.Error())
	}
	slices.Sort(names)
	return names
}

// migrate brings the database from version to the newest schema, each step in
// a transaction, and creates the tables and views of the registered services.
func migrate(ctx context.Context, s *session, version int) error {
	if err := transact(ctx, s, "CREATE TABLE IF NOT EXISTS breakeven_schema (version INTEGER NOT NULL)"); err != nil {
		return fmt.Errorf("creating the schema: %w", err)
	}
	for i, name := range migrations() {
		if i < version {
			continue
		}
		script, err := migrationFiles.ReadFile(name)
		if err != nil {
			return err
		}
		if err := transact(ctx, s, string(script), fmt.Sprintf("INSERT INTO breakeven_schema VALUES (%d)", i+1)); err != nil {
			return fmt.Errorf("migrating with %s: %w", name, err)
		}
	}
	var ddl []string
	for _, t := range tables {
		ddl = append(ddl, t.create())
		ddl = append(ddl, t.extend()...)
	}
	ddl = append(ddl, metricsView())
	for _, name := range viewFiles() {
		script, err := sqlFiles.ReadFile(name)
		if err != nil {
			return err
		}
		if strings.Contains(name, "hourly_costs") {
			ddl = append(ddl, usageView())
		}
		ddl = append(ddl, string(script))
	}
	if err := transact(ctx, s, ddl...); err != nil {
		return fmt.Errorf("creating tables and views: %w", err)
	}
	return nil
}

// transact runs statements in one transaction.
func transact(ctx context.Context, s *session, statements ...string) error {
	if err := s.undo.keep(ctx, s.db); err != nil {
		return err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			err = plain(err)
			if rerr := tx.Rollback(); rerr != nil {
				return fmt.Errorf("%w (and rolling back: %w)", err, rerr)
			}
			return err
		}
	}
	return tx.Commit()
}
