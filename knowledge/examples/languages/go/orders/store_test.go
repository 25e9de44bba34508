package orders

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

func open(t *testing.T) Store {
	db, err := sql.Open("sqlite3", "file:"+t.Name()+"?mode=memory&cache=shared")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	Configure(db)
	for _, s := range []string{
		`CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, total_cents INTEGER, paid BOOL DEFAULT false)`,
		`CREATE TABLE outbox (topic TEXT, order_id INTEGER)`,
		`INSERT INTO orders (id, customer, total_cents) VALUES (1, 'c1', 500), (2, 'c1', 700)`,
	} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	return Store{db}
}

func TestPayOnce(t *testing.T) {
	s := open(t)
	if err := s.Pay(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Pay(t.Context(), 1); !errors.Is(err, ErrAlreadyPaid) {
		t.Fatal(err)
	}
	if err := s.Pay(t.Context(), 99); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	var n int
	s.DB.QueryRow(`SELECT count(*) FROM outbox`).Scan(&n)
	if n != 1 {
		t.Fatal(n)
	}
	o, err := s.ByCustomer(t.Context(), "c1")
	if err != nil || len(o) != 2 {
		t.Fatal(o, err)
	}
}

func TestCancelledQueryStops(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	begin := time.Now()
	var n int
	err := s.DB.QueryRowContext(ctx, `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c`).Scan(&n)
	if err == nil || time.Since(begin) > time.Second {
		t.Fatal(err, time.Since(begin))
	}
	t.Log(err)
}

func TestPoolWaitEndsWithContext(t *testing.T) {
	s := open(t)
	s.DB.SetMaxOpenConns(1)
	rows, _ := s.DB.Query(`SELECT id FROM orders`) // not closed: the only connection is out
	defer rows.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := s.Pay(ctx, 2); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if s.DB.Stats().WaitCount != 1 {
		t.Fatal(s.DB.Stats())
	}
}

func TestTimedOutQueryIs503(t *testing.T) {
	s := open(t)
	h := Timeout(30*time.Millisecond, Problems(quiet, func(w http.ResponseWriter, r *http.Request) error {
		var n int
		return s.DB.QueryRowContext(r.Context(), `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c`).Scan(&n)
	}))
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	if rec.Code != 503 {
		t.Fatal(rec.Code)
	}
}
