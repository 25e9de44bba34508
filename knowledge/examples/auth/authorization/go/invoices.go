package invoices

import (
	"context"
	"database/sql"
	"errors"
)

// Caller is built once by the authentication middleware.
type Caller struct {
	UserID, TenantID string
	Permissions      map[string]bool
}

type Invoice struct {
	ID, Total int64
	Status    string
}

// region repository
var (
	ErrNotFound  = errors.New("not found") // 404: absent or not visible
	ErrForbidden = errors.New("forbidden") // 403: visible, action not allowed
)

const visible = `tenant_id = $2 AND (owner_id = $3 OR $4)`

type Repository struct{ db *sql.DB }

// For is the only way to the methods: no caller, no query.
func (r *Repository) For(c Caller) Scoped { return Scoped{db: r.db, caller: c} }

type Scoped struct {
	db     *sql.DB
	caller Caller
}

func (s Scoped) args(id int64) []any {
	return []any{id, s.caller.TenantID, s.caller.UserID, s.caller.Permissions["invoice:read_all"]}
}

func (s Scoped) Get(ctx context.Context, id int64) (Invoice, error) {
	var i Invoice
	err := s.db.QueryRowContext(ctx, `SELECT id, total, status FROM invoice WHERE id = $1 AND `+visible, s.args(id)...).
		Scan(&i.ID, &i.Total, &i.Status)
	if errors.Is(err, sql.ErrNoRows) {
		return Invoice{}, ErrNotFound
	}
	return i, err
}

// endregion repository

func (s Scoped) Cancel(ctx context.Context, id int64) error {
	if _, err := s.Get(ctx, id); err != nil {
		return err
	}
	if !s.caller.Permissions["invoice:cancel"] {
		return ErrForbidden
	}
	_, err := s.db.ExecContext(ctx, `UPDATE invoice SET status = 'cancelled' WHERE id = $1 AND `+visible, s.args(id)...)
	return err
}
