// Package idempotency: the claim in Go on PostgreSQL. Compiled with Go 1.19 and newer; needs a database to run.
package idempotency

import (
	"context"
	"database/sql"
	"errors"
)

var ErrKeyReused = errors.New("idempotency key was used with another request")

type Reply struct {
	Status   int
	Body     []byte
	Replayed bool
}

// region claim
// RunOnce runs work at most once for (account, key). The key row, the work and the stored reply commit together.
func RunOnce(ctx context.Context, db *sql.DB, account, key, hash string,
	work func(context.Context, *sql.Tx) (Reply, error)) (Reply, error) {

	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return Reply{}, err
	}
	defer tx.Rollback() // no effect after Commit

	// A twin blocks here on the unique index until the first transaction ends, then inserts nothing.
	res, err := tx.ExecContext(ctx, `INSERT INTO idempotency_keys (account_id, key, request_hash)
		VALUES ($1, $2, $3) ON CONFLICT (account_id, key) DO NOTHING`, account, key, hash)
	if err != nil {
		return Reply{}, err
	}
	if n, err := res.RowsAffected(); err != nil {
		return Reply{}, err
	} else if n == 0 {
		first := Reply{Replayed: true}
		var firstHash string
		err := tx.QueryRowContext(ctx, `SELECT request_hash, status, body FROM idempotency_keys
			WHERE account_id = $1 AND key = $2`, account, key).Scan(&firstHash, &first.Status, &first.Body)
		if err == nil && firstHash != hash {
			err = ErrKeyReused
		}
		return first, err
	}

	reply, err := work(ctx, tx)
	if err != nil {
		return Reply{}, err // rollback frees the key
	}
	if _, err = tx.ExecContext(ctx, `UPDATE idempotency_keys SET status = $3, body = $4
		WHERE account_id = $1 AND key = $2`, account, key, reply.Status, reply.Body); err != nil {
		return Reply{}, err
	}
	return reply, tx.Commit()
}

// endregion
