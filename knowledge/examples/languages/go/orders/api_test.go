package orders

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// region table
type fakeStore struct{ err error }

func (f fakeStore) Pay(context.Context, int64) error { return f.err }

func (f fakeStore) ByCustomer(context.Context, string) ([]Order, error) {
	return []Order{{ID: 7}}, f.err
}

func TestPayMapsErrors(t *testing.T) {
	tests := map[string]struct {
		path string
		err  error
		want int
	}{
		"paid":          {"/orders/7/payment", nil, http.StatusNoContent},
		"bad id":        {"/orders/abc/payment", nil, http.StatusUnprocessableEntity},
		"missing":       {"/orders/7/payment", ErrNotFound, http.StatusNotFound},
		"paid twice":    {"/orders/7/payment", ErrAlreadyPaid, http.StatusConflict},
		"database down": {"/orders/7/payment", errors.New("dial tcp 10.0.0.3"), http.StatusInternalServerError},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := httptest.NewRequestWithContext(t.Context(), "POST", tt.path, nil)
			rec := httptest.NewRecorder()
			Routes(quiet, fakeStore{tt.err}).ServeHTTP(rec, req)
			if rec.Code != tt.want {
				t.Errorf("status = %d, want %d; body %s", rec.Code, tt.want, rec.Body)
			}
			if strings.Contains(rec.Body.String(), "10.0.0.3") {
				t.Error("internal error text reached the client")
			}
		})
	}
}

// endregion table

func TestWrongMethodIs405(t *testing.T) {
	rec := httptest.NewRecorder()
	Routes(quiet, fakeStore{}).ServeHTTP(rec, httptest.NewRequest("GET", "/orders/7/payment", nil))
	if rec.Code != 405 || rec.Header().Get("Allow") == "" {
		t.Fatal(rec.Code, rec.Header())
	}
}

type blocked struct{ seen chan error }

func (b blocked) Pay(ctx context.Context, _ int64) error {
	<-ctx.Done()
	b.seen <- ctx.Err()
	return ctx.Err()
}
func (b blocked) ByCustomer(context.Context, string) ([]Order, error) { return nil, nil }

func TestClientDisconnectCancels(t *testing.T) {
	b := blocked{make(chan error, 1)}
	srv := httptest.NewServer(Routes(quiet, b))
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "POST", srv.URL+"/orders/1/payment", nil)
	if _, err := http.DefaultClient.Do(req); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	select {
	case err := <-b.seen:
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	case <-time.After(time.Second):
		t.Fatal("the handler did not learn of the disconnect")
	}
}

func TestDeadlineIs503(t *testing.T) {
	b := blocked{make(chan error, 1)}
	h := Timeout(20*time.Millisecond, Problems(quiet, pay(b)))
	req := httptest.NewRequest("POST", "/", nil)
	req.SetPathValue("id", "7")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	if rec.Code != 503 {
		t.Fatal(rec.Code)
	}
}

func TestTypedNil(t *testing.T) {
	find := func() error { var e *InvalidError; return e }
	if find() == nil {
		t.Fatal("typed nil compares equal to nil")
	}
}
