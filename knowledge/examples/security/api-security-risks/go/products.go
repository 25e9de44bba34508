package products

import (
	"context"
	"database/sql"
	"errors"

	"github.com/lib/pq"
)

// region go
var sorts = map[string]string{
	"name":   "name ASC, id ASC",
	"-name":  "name DESC, id DESC",
	"price":  "price ASC, id ASC",
	"-price": "price DESC, id DESC",
}

var ErrBadSort = errors.New("sort: unknown value") // 400

func List(ctx context.Context, db *sql.DB, sort string, ids []int64) (*sql.Rows, error) {
	order, ok := sorts[sort]
	if !ok {
		return nil, ErrBadSort
	}
	return db.QueryContext(ctx,
		`SELECT id, name, price FROM product WHERE id = ANY($1) ORDER BY `+order, pq.Array(ids))
}

// endregion go
