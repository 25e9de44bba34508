package orders

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

type Order struct {
	ID         int64 `json:"id"`
	TotalCents int64 `json:"total_cents"`
}

// region pool
// Configure sets all four limits; the defaults are unlimited open, 2 idle, no maximum age.
func Configure(db *sql.DB) {
	db.SetMaxOpenConns(20) // instances × 20 must stay under the server's limit
	db.SetMaxIdleConns(20) // with 2, every burst opens and closes connections
	db.SetConnMaxLifetime(30 * time.Minute)
	db.SetConnMaxIdleTime(5 * time.Minute)
}

type Store struct{ DB *sql.DB }

func (s Store) ByCustomer(ctx context.Context, customer string) ([]Order, error) {
	rows, err := s.DB.QueryContext(ctx,
		`SELECT id, total_cents FROM orders WHERE customer = $1 ORDER BY id LIMIT 100`, customer)
	if err != nil {
		return nil, fmt.Errorf("orders of customer: %w", err)
	}
	defer rows.Close() // otherwise the connection never returns to the pool
	orders := []Order{}
	for rows.Next() {
		var o Order
		if err := rows.Scan(&o.ID, &o.TotalCents); err != nil {
			return nil, fmt.Errorf("scan order: %w", err)
		}
		orders = append(orders, o)
	}
	return orders, rows.Err() // Next returns false on the end and on a failure alike
}

// endregion pool

// region transaction
func (s Store) Pay(ctx context.Context, id int64) error {
	tx, err := s.DB.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // does nothing after Commit

	done, err := tx.ExecContext(ctx, `UPDATE orders SET paid = true WHERE id = $1 AND NOT paid`, id)
	if err != nil {
		return fmt.Errorf("pay order %d: %w", id, err)
	}
	if n, err := done.RowsAffected(); err != nil {
		return fmt.Errorf("pay order %d: %w", id, err)
	} else if n == 0 { // paid before, or no such order: only the second is a 404
		err := tx.QueryRowContext(ctx, `SELECT 1 FROM orders WHERE id = $1`, id).Scan(&n)
		if errors.Is(err, sql.ErrNoRows) {
			err = ErrNotFound
		} else if err == nil {
			err = ErrAlreadyPaid
		}
		return fmt.Errorf("pay order %d: %w", id, err)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO outbox (topic, order_id) VALUES ('order.paid', $1)`, id); err != nil {
		return fmt.Errorf("outbox for order %d: %w", id, err)
	}
	return tx.Commit()
}

// endregion transaction
